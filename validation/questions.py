"""Ask a finished run of the flagship what the commands for people ask, and keep the answers.

    python validation/questions.py RUN validation/results/questions.json

All declared scenarios against the baseline (one of them with whole persons too), why departures changed in four pairs
of years, how agencies count and what rests on each, and which claim would teach most.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from records import about, rounded

from counterstream.case import load_case
from counterstream.workflow.agencies import judge_agencies
from counterstream.workflow.compare import BASELINE, compare_scenarios
from counterstream.workflow.explain import explain_change
from counterstream.workflow.next_claim import rank_next_claims

N_DRAWS = 200
#: Observables whose differences are kept.
TOTALS = ("departures_jewish", "arrivals_israel", "arrivals_usa_jewish", "returns_usa", "returns_israel", "re_exits")
#: The scenario that is also run with whole persons, and with how many draws.
WITH_PERSONS, N_PERSONS = "no_return_campaign", 40
CHANGES = (("1971", "1973"), ("1973", "1975"), ("1979", "1980"), ("1986", "1988"))
TARGET = "departures_jewish"
MOST_CANDIDATES = 15


def main() -> None:
    """Ask, tell how long each question took, and write the answers."""
    run, out = Path(sys.argv[1]), Path(sys.argv[2])
    case = load_case("soviet-third-wave")
    seconds: dict[str, float] = {}

    def timed(name: str, ask: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        answer = ask()
        seconds[name] = round(time.perf_counter() - begun, 1)
        print(name, seconds[name], flush=True)
        return answer

    scenarios: dict[str, Any] = {}
    for scenario in case.system.scenarios:
        name = scenario.name
        found = timed(
            f"compare {name}", lambda name=name: compare_scenarios(case, run, BASELINE, name, n_draws=N_DRAWS)
        )
        told = found.summary()
        scenarios[name] = {
            "changes": told["changes"][name],
            "beyond_evidence": [excess["sentence"] for excess in told["beyond_evidence"][name]],
            "totals": {total: told["observables"][total] for total in TOTALS},
        }
    persons = timed(
        f"compare {WITH_PERSONS}, whole persons",
        lambda: compare_scenarios(case, run, BASELINE, WITH_PERSONS, engine="counts", n_draws=N_PERSONS),
    )
    changes = [
        timed(f"explain {a} to {b}", lambda a=a, b=b: explain_change(case, run, TARGET, a, b)).summary()
        for a, b in CHANGES
    ]
    agencies = timed("agencies", lambda: judge_agencies(case, run)).summary()
    teaching = timed("next claim", lambda: rank_next_claims(case, run, TARGET)).summary()
    teaching["candidates"] = teaching["candidates"][:MOST_CANDIDATES]
    made = {
        **about(),
        "run": {
            key: json.loads((run / "run.json").read_text())[key] for key in ("verdict", "max_rhat", "keys", "hashes")
        },
        "seconds": seconds,
    }
    told = {
        "about": made,
        "scenarios": scenarios,
        "whole_persons": {"scenario": WITH_PERSONS, "draws": N_PERSONS, "variance_ratio": persons.variance_ratio},
        "changes": changes,
        "agencies": agencies,
        "next_claim": teaching,
    }
    out.write_text(json.dumps(rounded(told), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
