"""How often the observable that a claim of the flagship's ledger answers is the one that drafting would propose.

    python validation/proposals.py validation/results/proposals.json

For each claim that the system answers, a candidate is made of its figure, period, group and places; the paraphrase
stands for the sentence.  What the ledger says in ``what``, by which it is answered, is withheld.  The words for matters
in ``drafting/proposing.py`` were written with this ledger at hand, and a ledger names groups and places more clearly
than a document does: the shares are an upper end and no estimate for other cases.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from records import about, rounded

from counterstream.case import load_case
from counterstream.drafting.candidate import Anchor, Bound, Candidate, Measure
from counterstream.drafting.proposing import propose_observables
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.claim import Claim, QuantityKind

UNITS = {"persons": "person", "families": "family", "applications": "application", "months": "month"}
MEASURES = {
    QuantityKind.FLOW: Measure.FLOW,
    QuantityKind.STOCK: Measure.STOCK,
    QuantityKind.DURATION: Measure.DURATION,
}


def main() -> None:
    """Propose for every claim, and write how often the right observable came first, and among the first three."""
    case = load_case("soviet-third-wave")
    ranks: Counter[str] = Counter()
    confused: Counter[str] = Counter()
    answered = answer_claims(case.system, case.ledger).answered
    for item in answered:
        proposals = propose_observables(case.system, make_candidate(item.claim), item.claim.statement)
        names = [proposal.observable for proposal in proposals]
        right = item.observable.name
        rank = names.index(right) + 1 if right in names else 0
        ranks[
            "none" if not names else "missing" if not rank else "first" if rank == 1 else "2-3" if rank <= 3 else "4-9"
        ] += 1
        if rank != 1:
            confused[f"{right}: {names[0] if names else 'nothing'}"] += 1
    total = len(answered)
    told = {
        "claims": total,
        "first": ranks["first"] / total,
        "among_three": (ranks["first"] + ranks["2-3"]) / total,
        "ranks": dict(ranks),
        "most_confused": dict(confused.most_common(10)),
        "about": about(),
    }
    Path(sys.argv[1]).write_text(json.dumps(rounded(told), indent=1) + "\n", encoding="utf-8")


def make_candidate(claim: Claim) -> Candidate:
    """Return the candidate that a document with these words would give."""
    counted, _, per = claim.unit.partition("/")
    return Candidate(
        anchor=Anchor(0, 1, "x"),
        sentence=(0, 1),
        value=claim.value,
        low=None,
        high=None,
        bound=Bound.EXACT,
        unit=UNITS.get(counted, counted),
        per=per,
        measure=MEASURES.get(claim.quantity_kind, Measure.UNKNOWN),
        group=claim.group.removeprefix("all "),
        origin=claim.origin,
        destination="" if claim.destination == "all destinations" else claim.destination,
        period=f"{claim.first}/{claim.last}",
    )


if __name__ == "__main__":
    main()
