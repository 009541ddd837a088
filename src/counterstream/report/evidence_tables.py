"""Tables of agencies, contradictions, parameters, diagnostics and the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from counterstream.report.content import ClaimPoint, ReportContent, SeriesView, UnusedClaim
from counterstream.report.series_tables import number_cell, pull_text, stated_text, surprise_text
from counterstream.report.tables import (
    Cell,
    Column,
    Table,
    code_column,
    prose_column,
    text_cell,
    text_column,
    web_address,
)
from counterstream.report.wording import (
    MISSING,
    agency_sentence,
    diagnostic_checks,
    format_in,
    format_interval,
    format_percent,
    format_seconds,
    format_window,
)

SHORT_HASH = 16
#: What prior and claims make of a parameter together, in words.
JUDGEMENTS = {
    "conflict": "pull apart",
    "prior": "the prior decides",
    "claims": "the claims decide",
    "neither": "agree",
}
#: Claims that the table of those that pull most lists.
MOST_PULLING = 12


def agency_table(content: ReportContent) -> Table:
    """Return the bias and spread of every agency."""
    return Table(
        caption="Agencies: relative bias (posterior median, 90 % interval) and ordinary error",
        columns=(
            text_column("agency"),
            text_column("kind"),
            Column("claims", "claims"),
            Column("bias, median", "bias_median"),
            Column("bias, 90 % low", "bias_low_90"),
            Column("bias, 90 % high", "bias_high_90"),
            Column("ordinary error", "spread"),
            prose_column("in words", "in_words"),
        ),
        rows=tuple(
            (
                text_cell(agency.name),
                text_cell(agency.kind),
                Cell(f"{agency.n_claims:,}", agency.n_claims),
                *(
                    Cell(format_percent(value), float(value))
                    for value in (agency.bias_median, agency.bias_low90, agency.bias_high90, agency.spread)
                ),
                text_cell(agency_sentence(agency)),
            )
            for agency in content.agencies
        ),
        file_name="agencies.csv",
    )


def wrong_table(content: ReportContent, places: Mapping[str, str]) -> Table:
    """Return the claims judged likely wrong."""
    rows: list[tuple[Cell, ...]] = []
    for wrong in content.wrong_claims:
        claim, unit = wrong.claim, wrong.unit
        rows.append(
            (
                text_cell(claim.claim_id, places.get(claim.claim_id, "")),
                text_cell(wrong.observable_label),
                text_cell(format_window(claim.first, claim.last)),
                Cell(stated_text(claim, unit), claim.value),
                Cell(
                    f"{format_in(unit, claim.posterior_median)} ({format_interval(unit, claim.low90, claim.high90)})",
                    claim.posterior_median,
                ),
                Cell(surprise_text(claim), claim.surprise),
                Cell(format_percent(claim.wrong_probability), claim.wrong_probability),
                text_cell(claim.agency),
                text_cell(f"{claim.source} {claim.locator}".strip(), web_address(claim.source_url)),
            )
        )
    return Table(
        caption="Claims judged likely wrong, beside the model's view of the same quantity",
        columns=(
            code_column("claim"),
            text_column("about"),
            code_column("window"),
            Column("says", "value"),
            Column("model: median (90 % interval)", "model_median"),
            Column("surprise", "surprise"),
            Column("chance that it is wrong", "wrong_probability"),
            text_column("counted by", "agency"),
            prose_column("source"),
        ),
        rows=tuple(rows),
        file_name="likely-wrong.csv",
    )


def pulling_claims(content: ReportContent) -> tuple[tuple[SeriesView, ClaimPoint], ...]:
    """Return the claims that move most what they speak of, each with its series."""
    told = [(view, claim) for view in content.series for claim in view.claims if claim.pull is not None]
    return tuple(sorted(told, key=lambda pair: -abs(pair[1].pull or 0.0))[:MOST_PULLING])


def pulling_table(content: ReportContent, places: Mapping[str, str]) -> Table:
    """Return the claims that move most what they speak of."""
    return Table(
        caption="Claims that move most what they speak of: with and without each",
        columns=(
            code_column("claim"),
            text_column("about"),
            code_column("window"),
            Column("says", "value"),
            Column("median with it", "median_with"),
            Column("median without it", "median_without"),
            Column("pull", "pull"),
            text_column("counted by", "agency"),
        ),
        rows=tuple(
            (
                text_cell(claim.claim_id, places.get(claim.claim_id, "")),
                text_cell(view.label or view.observable),
                text_cell(format_window(claim.first, claim.last)),
                Cell(stated_text(claim, view.unit), claim.value),
                number_cell(claim.posterior_median, view.unit),
                number_cell(claim.without, view.unit),
                Cell(pull_text(claim), claim.pull),
                text_cell(claim.agency),
            )
            for view, claim in pulling_claims(content)
        ),
        file_name="pulling.csv",
    )


def conflict_table(content: ReportContent) -> Table:
    """Return the claims that contradict each other."""
    return Table(
        caption="Claims that cannot all hold",
        columns=(
            text_column("about"),
            text_column("kind"),
            text_column("claims"),
            text_column("agencies"),
            prose_column("detail"),
        ),
        rows=tuple(
            (
                text_cell(conflict.observable_label),
                text_cell(conflict.kind),
                text_cell(", ".join(conflict.claim_ids)),
                text_cell(", ".join(conflict.agencies)),
                text_cell(conflict.detail),
            )
            for conflict in content.conflicts
        ),
        file_name="conflicts.csv",
    )


def parameter_table(content: ReportContent) -> Table:
    """Return every parameter before and after the evidence."""
    return Table(
        caption="Parameters: prior and posterior, equal-tailed 90 % intervals",
        columns=(
            text_column("parameter"),
            text_column("unit"),
            Column("prior, low", "prior_low_90"),
            Column("prior, high", "prior_high_90"),
            Column("posterior median", "posterior_median"),
            Column("posterior, low", "posterior_low_90"),
            Column("posterior, high", "posterior_high_90"),
            Column("contraction", "contraction"),
            text_column("learnt", "learnt"),
            text_column("prior and claims", "judgement"),
            Column("moved by the prior", "prior_sensitivity"),
            Column("moved by the claims", "claims_sensitivity"),
            prose_column("reason for the prior", "reason"),
        ),
        rows=tuple(
            (
                text_cell(one.name),
                text_cell(one.unit),
                number_cell(one.prior_low90),
                number_cell(one.prior_high90),
                number_cell(one.posterior_median),
                number_cell(one.posterior_low90),
                number_cell(one.posterior_high90),
                Cell(format_percent(one.contraction), float(one.contraction)),
                text_cell("mostly prior" if one.mostly_prior else "from the evidence"),
                text_cell(JUDGEMENTS.get(one.judgement, MISSING)),
                number_cell(one.prior_sensitivity),
                number_cell(one.claims_sensitivity),
                text_cell(one.reason),
            )
            for one in content.parameters
        ),
        file_name="parameters.csv",
    )


def diagnostic_table(content: ReportContent) -> Table:
    """Return the diagnostics with what each means."""
    answer = {True: "met", False: "NOT met", None: "not measured"}
    return Table(
        caption="Checks of the fit",
        columns=(
            prose_column("question"),
            Column("found", "found"),
            Column("wanted", "wanted"),
            code_column("met"),
            prose_column("what it means", "meaning"),
        ),
        rows=tuple(
            (
                text_cell(check.name),
                text_cell(check.value),
                text_cell(check.wanted),
                text_cell(answer[check.met]),
                text_cell(check.meaning),
            )
            for check in diagnostic_checks(content.diagnostics)
        ),
        file_name="diagnostics.csv",
    )


def unused_table(claims: tuple[UnusedClaim, ...], caption: str, name: str) -> Table:
    """Return claims that were not compared with the model, and why."""
    return Table(
        caption=caption,
        columns=(
            code_column("claim"),
            prose_column("what was said", "statement"),
            prose_column("source"),
            prose_column("reason"),
        ),
        rows=tuple(
            (text_cell(one.claim_id), text_cell(one.statement), text_cell(one.source), text_cell(one.reason))
            for one in claims
        ),
        file_name=name,
    )


def source_table(content: ReportContent) -> Table:
    """Return the sources with the number of claims taken from each."""
    return Table(
        caption="Sources",
        columns=(
            text_column("source"),
            prose_column("title"),
            text_column("address", "url"),
            Column("claims", "claims"),
            text_column("note"),
        ),
        rows=tuple(
            (
                text_cell(source.source_id),
                text_cell(source.title),
                text_cell(source.url, web_address(source.url)),
                Cell(f"{source.n_claims:,}", source.n_claims),
                text_cell(source.note),
            )
            for source in content.sources
        ),
        file_name="sources.csv",
    )


def provenance_table(content: ReportContent) -> Table:
    """Return versions, keys, checksums and durations."""
    found = content.provenance
    rows = [
        *((text_cell("version"), text_cell(name), text_cell(value)) for name, value in found.versions),
        *((text_cell("random key"), text_cell(name), text_cell(value)) for name, value in found.keys),
        *(
            (
                text_cell("checksum"),
                text_cell(name),
                Cell(value[:SHORT_HASH] + ("…" if len(value) > SHORT_HASH else ""), value),
            )
            for name, value in found.hashes
        ),
        *((text_cell("duration"), text_cell(name), Cell(format_seconds(s), float(s))) for name, s in found.durations),
    ]
    return Table(
        caption="With what, from what and in what time this was made",
        columns=(text_column("kind"), text_column("of"), text_column("value")),
        rows=tuple(rows),
        file_name="provenance.csv",
    )
