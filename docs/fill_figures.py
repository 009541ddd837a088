"""Write a finished run's figures into a page, between its ``figures`` markers.

    python docs/fill_figures.py docs/cases/soviet-third-wave.md runs/soviet-third-wave

What the scripts in ``validation`` found (claims left out, questions, conclusions) is shown too where it is there.
A page holds ``<!-- figures: NAME -->`` and, after filling, the text up to ``<!-- end of figures -->``.
"""

from __future__ import annotations

import csv
import json
import re
import statistics
import sys
from pathlib import Path
from typing import Any

END = "<!-- end of figures -->"
#: The case that the scripts in ``validation`` ask.
FLAGSHIP = "soviet-third-wave"
BENCHMARKS = Path(__file__).parents[1] / "benchmarks" / "results"
RESULTS = Path(__file__).parent.parent / "validation" / "results"


def say_fit(told: dict[str, Any], claims: list[dict[str, str]]) -> str:
    """Return what the run says of the fit and the claims, as a list."""
    fitted = [row for row in claims if row["use"] == "fit"]
    wrong = sum(float(row["wrong_probability"]) > 0.5 for row in fitted)
    versions = ", ".join(f"{name} {told['versions'][name]}" for name in ("jax", "numpyro", "numpy"))
    lines = [
        f"* verdict: **{told['verdict']}**, seed {told['keys']['seed']}, {told['n_unknowns']} unknowns",
        f"* claims: {told['n_claims']} in the ledger, {told['n_answered']} answered "
        f"({100 * told['answered_share']:.1f} % of the migration claims), {told['n_fitted']} fitted, "
        f"{told['n_conflicts']} conflicts found before the fit",
        f"* fitted claims inside their own intervals: {100 * told['coverage_50']:.0f} % at 50 %, "
        f"{100 * told['coverage_90']:.0f} % at 90 %; {wrong} are more likely wrong than right",
    ]
    if told["max_rhat"] is not None:
        lines.append(
            f"* largest R-hat {told['max_rhat']:.3f}, least effective sizes {told['min_ess_bulk']:.0f} and "
            f"{told['min_ess_tail']:.0f}, {told['divergences']} divergences"
        )
    if told["pareto_k"] is not None:
        lines.append(f"* Pareto k of the normal approximation: {told['pareto_k']:.1f} (below 0.7 would be good)")
    lines.append(
        f"* {told['seconds']['whole run'] / 60:.1f} minutes, {told['peak_memory_mib'] / 1024:.1f} GiB at most, on "
        f"{told['machine']['cores']} cores ({told['machine']['processor']}), Python {told['python']}, {versions}"
    )
    return "\n".join(lines)


def say_errors(claims: list[dict[str, str]]) -> str:
    """Return errors by observable, for observables with at least three fitted claims, as a table."""
    by_observable: dict[str, list[dict[str, str]]] = {}
    for row in claims:
        if row["use"] == "fit" and row["value"]:
            by_observable.setdefault(row["observable"], []).append(row)
    lines = ["| observable | claims | inside 90 % | median of said over fitted |", "| --- | --- | --- | --- |"]
    for name, rows in sorted(by_observable.items(), key=lambda item: -len(item[1])):
        if len(rows) < 3:
            continue
        inside = sum(float(r["predicted_low90"]) <= float(r["value"]) <= float(r["predicted_high90"]) for r in rows)
        ratios = [float(r["value"]) / float(r["truth_median"]) for r in rows if float(r["truth_median"]) > 0]
        lines.append(f"| `{name}` | {len(rows)} | {inside} | {statistics.median(ratios):.2f} |")
    return "\n".join(lines)


def say_scenarios(path: Path) -> str:
    """Return differences over the whole period, scenario minus baseline, as a table: one row a scenario."""
    told = json.loads(path.read_text(encoding="utf-8"))
    names = list(next(iter(told["scenarios"].values()))["totals"])
    lines = [f"| scenario | {' | '.join(f'`{n}`' for n in names)} |", "| --- |" + " --- |" * len(names)]
    for scenario, found in told["scenarios"].items():
        cells = [_say_change(found["totals"][name]["difference"]) for name in names]
        lines.append(f"| `{scenario}` | {' | '.join(cells)} |")
    persons = told["whole_persons"]
    lines += [
        "",
        f"With whole persons, common random numbers leave {100 * persons['variance_ratio']:.0f} % of the chance in the "
        f"differences of `{persons['scenario']}` that separate ones would give ({persons['draws']} draws).",
    ]
    return "\n".join(lines)


def _say_change(levels: dict[str, float]) -> str:
    return f"{levels['median']:+,.0f} ({levels['low90']:+,.0f} to {levels['high90']:+,.0f})"


def say_changes(path: Path) -> str:
    """Return for every change that was explained its five largest parts, as a table."""
    lines = ["| change | in all | largest parts: mean, 90 % interval |", "| --- | --- | --- |"]
    for told in json.loads(path.read_text(encoding="utf-8"))["changes"]:
        parts = [
            f"`{row['name']}` {row['mean']:+,.0f} ({row['contribution']['low90']:+,.0f} to "
            f"{row['contribution']['high90']:+,.0f})"
            for row in told["mechanisms"][:5]
        ]
        question = f"`{told['observable']}`, {told['from']} to {told['to']}"
        lines.append(f"| {question} | {_say_change(told['change'])} | {'; '.join(parts)} |")
    return "\n".join(lines)


def say_conclusions(path: Path) -> str:
    """Return which signs stand without some claims and which do not, as a list and a table."""
    told = json.loads(path.read_text(encoding="utf-8"))
    asked = [row for row in told["rows"] if not row["conclusion"].startswith("total of")]
    concluded = [row for row in asked if row["concluded"]]
    standing = [row for row in concluded if row["stands"]]
    lines = [
        f"Of {len(asked)} signs that were asked for, {len(concluded)} are concluded from all claims (chance "
        f"{told['concluded_from']:.0%} or more), and {len(standing)} of these stand in all {len(told['fits']) - 1} "
        f"fits without some claims (chance {told['stands_from']:.0%} or more in each).",
        "",
        "| conclusion | sign | median (90 % interval) | least chance without claims | stands |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in concluded:
        form = "{:+,.0f}" if abs(row["median"]) >= 10.0 else "{:+.2f}"
        interval = " to ".join(form.format(row[name]) for name in ("low90", "high90"))
        least = f"{row['least_chance_without_claims']:.2f} ({row['without']})"
        stands = "yes" if row["stands"] else "**no**"
        middle = f"{form.format(row['median'])} ({interval})"
        lines.append(f"| `{row['conclusion']}` | {row['sign']} | {middle} | {least} | {stands} |")
    totals = [row for row in told["rows"] if row["conclusion"].startswith("total of")]
    lines += ["", "| total | median (90 % interval) | medians of all fits |", "| --- | --- | --- |"]
    for row in totals:
        low, high = row["median_range"]
        interval = f"{row['median']:,.0f} ({row['low90']:,.0f} to {row['high90']:,.0f})"
        lines.append(f"| `{row['conclusion'].removeprefix('total of ')}` | {interval} | {low:,.0f} to {high:,.0f} |")
    return "\n".join(lines)


def say_hold_out(path: Path) -> str:
    """Return how well claims that were left out were foretold, fold by fold, as a table; then beside simple rules."""
    by = json.loads(path.read_text(encoding="utf-8"))["by"]
    lines = [
        "| left out by | fold | claims | inside 50 % | inside 90 % | interval score | median log error | R-hat |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for way, found in by.items():
        rows = [(str(number), fold) for number, fold in enumerate(found["fits"], start=1)]
        whole = {**found, "n": found["n_scored"], "max_rhat": max(fold["max_rhat"] for fold in found["fits"])}
        lines.extend(
            f"| {way} | {name} | {_say_score(row)} | {row['max_rhat']:.2f} |" for name, row in [*rows, ("all", whole)]
        )
    lines += [
        "",
        "| left out by | foretold by | claims | inside 50 % | inside 90 % | interval score | median log error |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for way, found in by.items():
        for name, rule in found["baselines"].items():
            lines.append(f"| {way} | {name.replace('_', ' ')} | {_say_score(rule)} |")
            lines.append(f"| {way} | the system on the same | {_say_score({**rule, **rule['model']})} |")
    return "\n".join(lines)


def say_projection(path: Path) -> str:
    """Return what is projected by year, then how such projections did by years ahead, as tables."""
    told = json.loads(path.read_text(encoding="utf-8"))
    after = int(told["evidence_until"][:4])
    names = list(told["observables"])
    by_year = {
        name: {row["year"]: row for row in found["years"] if row["year"] > after}
        for name, found in told["observables"].items()
    }
    lines = [
        f"{told['n_fitted']} claims until {told['evidence_until']} were fitted (**{told['verdict']}**).",
        "",
        f"| year | {' | '.join(f'`{name}`' for name in names)} |",
        "| --- |" + " --- |" * len(names),
    ]
    for year in by_year[names[0]]:
        cells = [
            f"{row['median']:,.0f} ({row['low90']:,.0f} to {row['high90']:,.0f})"
            for row in (by_year[name][year] for name in names)
        ]
        lines.append(f"| {year} | {' | '.join(cells)} |")
    lines += [
        "",
        "| years ahead | claims | inside 50 % | inside 90 % | median log error | naive rule | claims it answers | "
        "its error | the system's on the same |",
        "| --- |" + " --- |" * 8,
    ]
    for horizon, found in told["record_together"].items():
        own = (
            f"{found['n']} | {100 * found['coverage_50']:.0f} % | {100 * found['coverage_90']:.0f} % | "
            f"{found['median_abs_log_error']:.2f}"
        )
        for name, rule in found["naive"].items():
            errors = [rule["median_abs_log_error"], rule["model_median_abs_log_error"]]
            cells = " | ".join("none" if error is None else f"{error:.2f}" for error in errors)
            lines.append(f"| {horizon} | {own} | {name.replace('_', ' ')} | {rule['n']} | {cells} |")
    return "\n".join(lines)


def say_influence(path: Path) -> str:
    """Return how far the totals move without agencies that were fitted anew, as a table."""
    told = json.loads(path.read_text(encoding="utf-8"))
    rows = told["influence"]
    names = list(told["totals"])
    counts = {how: sum(row["how"] == how for row in rows) for how in ("reweighted", "refitted", "unreliable")}
    lines = [
        f"Of {len(rows)} agencies, weights tell of {counts['reweighted']}, {counts['refitted']} were fitted without, "
        f"and of {counts['unreliable']} it is not known.",
        "",
        f"| without | claims | {' | '.join(f'`{name}`, times' for name in names)} |",
        "| --- | --- |" + " --- |" * len(names),
    ]
    for row in rows:
        if row["how"] == "refitted":
            cells = [
                f"{shift['ratio']:.2f} ({shift['ratio_low90']:.2f} to {shift['ratio_high90']:.2f})"
                for shift in (row["shifts"][name] for name in names)
            ]
            lines.append(f"| {row['agency']} | {row['n_claims']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def say_calibrations(folder: Path) -> str:
    """Return what calibrations of cases with known truth found, as it is and with planted faults, as a table."""
    lines = [
        "| case | inference | simulations | ranks | least p | needed | true values inside 50 % and 90 % |",
        "| --- |" + " --- |" * 6,
    ]
    for path in sorted(folder.glob("calibration-*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))["calibrations"]
        for name, row in found.items():
            inside = [row.get(f"recovered_{level}") for level in (50, 90)]
            cells = [
                f"{row['simulations']:,}",
                "even" if row["passed"] else "uneven",
                f"{row['smallest_p']:.2g}",
                f"{row['needed_p']:.2g}",
                "" if None in inside else " and ".join(f"{100 * share:.1f} %" for share in inside),
            ]
            lines.append(f"| {path.stem.removeprefix('calibration-')} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def say_persons(path: Path) -> str:
    """Return how many persons a second the persons engine and others take through a step, as a table."""
    told = json.loads(path.read_text(encoding="utf-8"))
    ours, tied = told["found"]["counterstream"], told["found"]["counterstream, ties"]
    lines = [
        "| | persons | million person-steps a second | counterstream, times | MiB at most |",
        "| --- |" + " --- |" * 4,
    ]
    for name, sizes in told["found"].items():
        full = " ".join([name, *({row["version"] for row in sizes.values() if "version" in row})])
        for persons, row in sizes.items():
            rate = row["person_steps_per_s"]
            beside = tied if name.endswith("ties") else ours
            ratio = beside[persons]["person_steps_per_s"] / rate
            times = "" if name.startswith("counterstream") else f"{ratio:.3g}"
            lines.append(f"| {full} | {int(persons):,} | {rate / 1e6:.3g} | {times} | {row['peak_mib']:,.0f} |")
    machine, versions = told["machine"], told["versions"]
    alone = told["ceiling_numbers_per_s"]
    share = ours[max(ours, key=int)]["person_steps_per_s"] / alone
    lines += [
        "",
        f"The generator alone gives {alone / 1e6:,.0f} million numbers a second; the largest run takes",
        f"{100 * share:.0f} % as many persons through a step. Two draws by two threads on two cores run "
        f"{told['two_threads_over_one']:.2f} times as fast as by one. One core of {machine['processor']}, "
        f"Python {versions['python']}, numba {versions['numba']}.",
    ]
    return "\n".join(lines)


def say_network(path: Path) -> str:
    """Return what each part that only persons have does to flows, as a table of ratios."""
    told = json.loads(path.read_text(encoding="utf-8"))
    periods = list(next(iter(next(iter(told["ratios"].values())).values())))
    lines = [f"| persons have | flow | {' | '.join(periods)} |", "| --- | --- |" + " --- |" * len(periods)]
    for variant, flows in told["ratios"].items():
        for flow, by_period in flows.items():
            cells = [
                f"{ratio[1]:.2f} ({ratio[0]:.2f} to {ratio[2]:.2f})" if ratio else "" for ratio in by_period.values()
            ]
            lines.append(f"| {variant} | {flow} | {' | '.join(cells)} |")
    everybody = [ratio[1] for flow in told["everybody_over_sample"].values() for ratio in flow.values() if ratio]
    lines += [
        "",
        f"Ratios to persons all alike: median, least and greatest of {told['draws']} draws; each person followed "
        f"stands for {told['each_stands_for']}. With everybody followed, one draw gave {min(everybody):.2f} to "
        f"{max(everybody):.2f} times what its sample gave, in {told['seconds_of_everybody']:.0f} s.",
    ]
    return "\n".join(lines)


def _say_score(row: dict[str, Any]) -> str:
    """Return the cells of one row of scores; a rule without errors of its own gives no intervals."""
    shares = [row["coverage_50"], row["coverage_90"]]
    return " | ".join(
        [
            str(row["n"]),
            *("none" if share is None else f"{100 * share:.0f} %" for share in shares),
            *(
                "none" if row[name] is None else f"{row[name]:.2f}"
                for name in ("interval_score_90", "median_abs_log_error")
            ),
        ]
    )


def main() -> None:
    """Fill every marker of the page."""
    page, run = Path(sys.argv[1]), Path(sys.argv[2])
    told = json.loads((run / "run.json").read_text(encoding="utf-8"))
    with (run / "claims_checked.csv").open(encoding="utf-8", newline="") as stream:
        claims = list(csv.DictReader(stream))
    texts = {"fit": say_fit(told, claims), "errors": say_errors(claims)}
    said = {
        "hold-out": ("hold_out.json", say_hold_out),
        "scenarios": ("questions.json", say_scenarios),
        "changes": ("questions.json", say_changes),
        "conclusions": ("conclusions.json", say_conclusions),
        "projection": ("projection.json", say_projection),
        "influence": ("influence.json", say_influence),
        "network": ("network.json", say_network),
    }
    for name, (file, say) in said.items():
        if page.stem == FLAGSHIP and (RESULTS / file).exists():
            texts[name] = say(RESULTS / file)
    texts["calibrations"] = say_calibrations(RESULTS)
    texts["persons"] = say_persons(BENCHMARKS / "persons.json")
    text = page.read_text(encoding="utf-8")
    for name, filled in texts.items():
        marker = f"<!-- figures: {name} -->"
        pattern = re.compile(re.escape(marker) + r"(?:\n.*?" + re.escape(END) + ")?", re.DOTALL)
        text = pattern.sub(lambda _, m=marker, f=filled: f"{m}\n\n{f}\n\n{END}", text)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
