"""The page as a list of sections, each a list of blocks; templates only lay them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from counterstream.report import evidence_tables as tables
from counterstream.report.blocks import Block, Section, items_block, table_block, text_block, view_block
from counterstream.report.content import Kind, ReportContent
from counterstream.report.series_tables import claims_table, scenario_table, series_table
from counterstream.report.wording import claims_sentence, count, coverage_sentence, parameter_sentence

#: Element id of the section that ends the page; further ones go before it.
LAST = "citing"


@dataclass(frozen=True)
class Places:
    """Where on the page each claim stands."""

    rows: tuple[tuple[str, ...], ...]
    by_claim: dict[str, str]


def place_claims(content: ReportContent) -> Places:
    """Give every claim's row an id that no name in the ledger can influence."""
    rows = tuple(tuple(f"claim-{s}-{c}" for c in range(len(view.claims))) for s, view in enumerate(content.series))
    by_claim: dict[str, str] = {}
    for view, idents in zip(content.series, rows, strict=True):
        for claim, ident in zip(view.claims, idents, strict=True):
            by_claim.setdefault(claim.claim_id, f"#{ident}")
    return Places(rows, by_claim)


def build_sections(content: ReportContent) -> tuple[Section, ...]:
    """Return the sections that have something to show, in reading order."""
    places = place_claims(content)
    builders: tuple[Callable[[], Section], ...] = (
        lambda: _asked(content),
        lambda: _reading(content),
        lambda: _series(content, places, "flow", "flows", "Flows through time", "Flows"),
        lambda: _series(content, places, "share", "shares", "Shares", "Shares"),
        lambda: _series(content, places, "stock", "stocks", "Stocks: how many at a time", "Stocks"),
        lambda: _movements(content),
        lambda: _outcomes(content),
        lambda: _scenarios(content),
        lambda: _agencies(content),
        lambda: _wrong(content, places),
        lambda: _pulling(content, places),
        lambda: _conflicts(content),
        lambda: _parameters(content),
        lambda: _diagnostics(content),
        lambda: _ledger(content),
        lambda: _citing(content),
    )
    return tuple(section for build in builders if (section := build()).blocks)


def _asked(content: ReportContent) -> Section:
    blocks = [text_block(content.question)] if content.question else []
    if content.answers:
        blocks += [Block("heading", ("In short",)), items_block(*content.answers)]
    if content.description:
        blocks += [Block("heading", ("The case",)), text_block(*content.description.split("\n\n"))]
    return Section("asked", "What was asked", "What was asked", tuple(blocks))


def _reading(content: ReportContent) -> Section:
    if not content.series:
        return Section("reading", "", "")
    lines = (
        "Given the model, its assumptions and the claims, the true value lies inside the 90 % interval with a "
        "probability "
        "of 90 %, and inside the 50 % interval with a probability of 50 %: half of the time it lies outside the darker "
        "band. The same share is cut off at both ends. The line is the median: the truth is as likely above as below "
        "it.",
        "What the model leaves out is not in the intervals. Where it simplifies, they are too narrow.",
        "Each claim is drawn as a horizontal line across the time that it speaks of, with a mark for how it was "
        "worded. "
        "Choose a mark by mouse, or by Tab, arrow keys and Enter, to read all that is known of the claim.",
        "Surprise, in the tables of claims, is how far a claim lies from what the model expected it to say, in "
        "standard "
        "deviations: beyond 2 either way is to be expected of one claim in twenty, beyond 3 of three in a thousand.",
    )
    return Section("reading", "How to read the pictures", "How to read", (text_block(*lines), Block("marks")))


def _series(content: ReportContent, places: Places, kind: Kind, ident: str, heading: str, short: str) -> Section:
    tables: list[Block] = []
    for view, idents in zip(content.series, places.rows, strict=True):
        if view.kind == kind:
            tables += [Block("subheading", (view.label or view.observable,)), table_block(series_table(view))]
            tables += [table_block(claims_table(view, idents))] if view.claims else []
    if not tables:
        return Section(ident, heading, short)
    return Section(ident, heading, short, (view_block(ident), Block("heading", ("Tables",)), *tables))


def _movements(content: ReportContent) -> Section:
    if content.movements is None or not content.movements.moves.pairs:
        return Section("movements", "", "")
    line = (
        "The first picture follows persons: where they were at the start and at the end of each period. The map counts "
        "moves, of which one person can make several. Both are read off the same draws of the fit as all else here."
    )
    blocks = (text_block(line), view_block("sankey"), view_block("map"))
    return Section("movements", "Movements between places", "Movements", blocks)


def _outcomes(content: ReportContent) -> Section:
    if content.outcomes is None:
        return Section("outcomes", "", "")
    line = (
        "An interval says how wide the possibilities are, not what one of them looks like. Here they are shown one "
        "after another: each is a whole history that agrees with the evidence as the model reads it, and how often "
        "something happens among them is how probable it is."
    )
    return Section(
        "outcomes", "One possible history after another", "Single draws", (text_block(line), view_block("outcomes"))
    )


def _scenarios(content: ReportContent) -> Section:
    """Return the section of the scenarios, without blocks where there are none."""
    blocks: list[Block] = []
    seen = ""
    if content.scenarios:
        blocks.append(
            text_block(
                "A scenario changes what is listed and keeps all else, chance included. Read the difference, not the "
                "gap "
                "between the bands: both rest on the same uncertain system, so their difference is known better than "
                "either."
            )
        )
        blocks.append(view_block("scenarios"))
    for view in content.scenarios:
        if view.name != seen:
            blocks.append(Block("heading", (view.label or view.name,)))
            if view.changes:
                blocks.append(items_block(*view.changes))
        seen = view.name
        blocks.append(Block("subheading", (view.baseline.label or view.baseline.observable,)))
        if view.sentences:
            blocks.append(text_block(*view.sentences))
        blocks += [
            table_block(scenario_table(view)),
        ]
    return Section("scenarios", "Scenarios", "Scenarios", tuple(blocks))


def _agencies(content: ReportContent) -> Section:
    if not content.agencies:
        return Section("agencies", "", "")
    line = (
        "An agency is whoever counted in the end; ten newspapers that pass on one office's figure are one agency. "
        "Bias is "
        "how far its counts lie, as a rule, from what all evidence together implies. It says nothing about anybody's "
        "intentions: another definition or a late register has the same effect."
    )
    blocks = (
        text_block(line),
        view_block("agencies"),
        table_block(tables.agency_table(content)),
    )
    return Section("agencies", "Agencies and their bias", "Agencies", blocks)


def _wrong(content: ReportContent, places: Places) -> Section:
    line = (
        "The model allows each claim a small chance of being plain wrong: a slip, another quantity than it says, an "
        "invention. These fit so badly with the rest that this is the likelier reading. A claim that stands alone "
        "against "
        "many can still be the true one."
    )
    if not content.wrong_claims:
        return Section("wrong", "Claims judged likely wrong", "Likely wrong", (text_block("None."),))
    blocks = (text_block(line), table_block(tables.wrong_table(content, places.by_claim), folded=False))
    return Section("wrong", "Claims judged likely wrong", "Likely wrong", blocks)


def _pulling(content: ReportContent, places: Places) -> Section:
    if not tables.pulling_claims(content):
        return Section("pulling", "", "")
    line = (
        "Each fitted claim was left out in turn. Pull is how far the claim moves the middle of what it speaks of, over "
        "its own window, in standard deviations of what all claims together say. A figure that a single claim has "
        "pulled far is worth a second look at its source. Where the computation cannot tell what would hold without a "
        "claim, as when nobody else speaks of it, nothing is shown."
    )
    blocks = (text_block(line), table_block(tables.pulling_table(content, places.by_claim), folded=False))
    return Section("pulling", "Claims that the result rests on", "Rests on", blocks)


def _conflicts(content: ReportContent) -> Section:
    if not content.conflicts:
        return Section("conflicts", "Contradictions", "Contradictions", (text_block("None was found."),))
    line = (
        "Claims about the same thing that cannot all hold. All of them stay in the fit; the model weighs them by how "
        "their agencies do elsewhere."
    )
    blocks = (text_block(line), view_block("contradictions"), table_block(tables.conflict_table(content)))
    return Section("conflicts", "Contradictions", "Contradictions", blocks)


def _parameters(content: ReportContent) -> Section:
    if not content.parameters:
        return Section("parameters", "", "")
    lines = (
        parameter_sentence(content.parameters),
        "Contraction says how much of the prior uncertainty the evidence removed: 0 % none, 100 % all.",
        "Prior and claims pull apart at a parameter whose posterior moves with both, when either is taken a little "
        "more or less strictly (by 0.05 or more, where one that no claim speaks of moves with its prior by 0.08). "
        "Then the prior, a claim or the model is wrong.",
    )
    blocks = (
        text_block(*lines),
        view_block("parameters"),
        table_block(tables.parameter_table(content)),
    )
    return Section("parameters", "Parameters before and after the evidence", "Parameters", blocks)


def _diagnostics(content: ReportContent) -> Section:
    found = content.diagnostics
    blocks = (
        text_block(
            "Whether the computation did what it should. This does not say that the model is right.",
        ),
        view_block("diagnostics"),
        text_block(
            f"{count(found.chains, 'chain')} of {count(found.draws, 'kept draw')}. {coverage_sentence(found)}",
            *found.sentences,
        ),
        table_block(tables.diagnostic_table(content)),
    )
    return Section("diagnostics", "Can the fit be relied on?", "Diagnostics", blocks)


def _ledger(content: ReportContent) -> Section:
    answering = content.answering
    blocks = [text_block(claims_sentence(content))]
    if answering.unanswered:
        caption = f"Claims that nothing in the model answers ({len(answering.unanswered):,})"
        blocks.append(table_block(tables.unused_table(answering.unanswered, caption, "unanswered.csv")))
    if answering.context:
        caption = f"Claims kept as context ({len(answering.context):,})"
        blocks.append(table_block(tables.unused_table(answering.context, caption, "context.csv")))
    if content.sources:
        blocks.append(table_block(tables.source_table(content)))
    return Section("ledger", "What became of every claim", "Claims and sources", tuple(blocks))


def _citing(content: ReportContent) -> Section:
    blocks: list[Block] = []
    if content.citation:
        blocks += [Block("heading", ("To cite",)), text_block(content.citation)]
    if content.reproduce:
        blocks += [Block("heading", ("To reproduce",)), Block("code", (content.reproduce,))]
    blocks.append(table_block(tables.provenance_table(content)))
    return Section(LAST, "How to cite and to reproduce this", "Cite and reproduce", tuple(blocks))
