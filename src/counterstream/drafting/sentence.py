"""One sentence: its figures become candidates, its dated event an event."""

from __future__ import annotations

from counterstream.drafting.candidate import Bound, Candidate, DraftedEvent, Measure, Mention, MentionKind, Topic
from counterstream.drafting.figures import Figure, read_figures
from counterstream.drafting.geography import Around, Route, find_route
from counterstream.drafting.grammar import events as event_grammar
from counterstream.drafting.grammar.attribution import find_attribution
from counterstream.drafting.grammar.measures import find_measure, find_topic
from counterstream.drafting.grammar.per import PER, find_per, find_per_before
from counterstream.drafting.grammar.places import find_heading, find_label, find_places, is_heading
from counterstream.drafting.grammar.rule import Rule, word_set
from counterstream.drafting.grammar.unit_words import CURRENCIES
from counterstream.drafting.grammar.units import DURATION_WORDS, ELIDED, OTHER_NOUN
from counterstream.drafting.lexer import Tokens, find_words, read_tokens
from counterstream.drafting.periods import pick_periods
from counterstream.drafting.scan import TRIGGERS, Found, scan_sentence
from counterstream.drafting.state import DraftState

_CURRENCIES = frozenset(CURRENCIES.split())
#: Units that a later figure may leave out.
_REMEMBERED = word_set("person family household application request visa")
#: What only a subject stands before: a bare number there counts people or what was counted last.
_AUXILIARIES = word_set("had have were are was")
_GENERIC = word_set("people person persons individuals individual others")
#: For so many sentences a figure without a noun counts what the one before it counted.
_UNIT_MEMORY = 4
#: A heading that names a place has no more words than this.
_LONGEST_HEADING = 8
#: A time that begins so near to the beginning of a sentence is what the sentence is about.
_LEADING = 4
#: For so many sentences of a paragraph a figure without a time belongs to the time told last.
_PERIOD_MEMORY = 5
#: What is taken off the confidence for each doubt.
_DOUBTS = {
    "suspect-digits": 0.4,
    "unit-elided": 0.15,
    "unit-assumed": 0.3,
    "unit-unknown-noun": 0.15,
    "year-or-count": 0.3,
}


def draft_sentence(state: DraftState, start: int, end: int) -> None:
    """Draft one sentence into the state.

    Parameters
    ----------
    state
        Takes up candidates, events, mentions and firings.
    start, end
        Its span in the cleaned text.
    """
    text = state.clean.text
    is_short = end - start < _LONGEST_HEADING * 10 and (end == len(text) or text[end - 1] == "\n")
    state.unit_age += 1
    state.period_age += 1
    if state.period_age > _PERIOD_MEMORY:
        state.last_period = ""
    words = find_words(text, start, end)
    is_empty = TRIGGERS.isdisjoint(words) and not any(word[0].isdigit() for word in words)
    if is_empty and not is_short:
        return
    tokens = read_tokens(text, start, end)
    if is_short and len(tokens) <= _LONGEST_HEADING:
        state.heading = find_heading(tokens) or ("" if is_heading(tokens) else state.heading)
    if is_empty:
        return
    if start == 0 or text[start - 1] == "\n":
        state.heading = find_label(tokens) or state.heading
    found, taken = scan_sentence(tokens, text, end, state.clock)
    for item in found:
        _mention(state, item.kind, item.start, item.end, item.reading, item.rule.id)
        state.fire(item.rule, item.start, item.end, item.reading)
    figures, neutral = read_figures(tokens, taken, text, state.style)
    for first, last, rule in neutral:
        _mention(state, MentionKind.NEUTRAL, first, last, "", rule.id)
    figures = _settle_units(state, tokens, figures)
    periods = pick_periods(tokens, figures, found, state.clock, state.last_period)
    if figures:
        _draft_figures(state, tokens, figures, periods, start, end)
    _draft_event(state, tokens, found, start, end)
    told = [
        (figure, period)
        for figure, (period, inferred) in zip(figures, periods, strict=False)
        if period and not inferred and figure.unit_name not in DURATION_WORDS
    ]
    dated = [item for item in found if item.kind is MentionKind.TIME and item.reading and item.reading[0] != "P"]
    if dated:
        if dated[0].first <= _LEADING or not figures:
            state.last_period, state.period_age = (
                (dated[0] if dated[0].first <= _LEADING else dated[-1]).reading.rstrip("~"),
                0,
            )
        elif told and told[0][0] is figures[0]:
            state.last_period, state.period_age = told[0][1], 0


def _mention(state: DraftState, kind: MentionKind, start: int, end: int, period: str, rule: str) -> None:
    first, last = state.clean.raw_span(start, end)
    state.mentions.append(Mention(kind, first, last, state.document.text[first:last], period, rule))


def _settle_units(state: DraftState, tokens: Tokens, figures: list[Figure]) -> list[Figure]:
    """Return the figures that stand, each with a unit."""
    settled: list[Figure] = []
    for figure in figures:
        before = settled[-1] if settled else None
        if (
            not figure.unit_name
            and before is not None
            and figure.first - before.last == 1
            and tokens.words[before.last] in ("to", "or", "against", "and")
            and before.unit_name != "share"
        ):
            # "by 282 votes to 35"
            figure.unit_name = before.unit_name
            figure.flags.append("unit-elided")
        same = next((earlier for earlier in settled if not figure.unit_name and _same_number(figure, earlier)), None)
        if same is not None:
            figure.unit_name = same.unit_name
            figure.flags.append("unit-elided")
        if _settle_unit(state, tokens, figure):
            settled.append(figure)
    return settled


def _same_number(figure: Figure, earlier: Figure | Candidate) -> bool:
    """Whether a figure states a number again, as a summary or a remark does."""
    size = figure.value or figure.low or figure.high or 0
    unit = earlier.unit_name if isinstance(earlier, Figure) else earlier.unit
    return size >= 100 and size in (earlier.value, earlier.low, earlier.high) and unit not in ("share", "ratio")


def _settle_unit(state: DraftState, tokens: Tokens, figure: Figure) -> bool:
    """Give an elided unit, and return whether the figure stands."""
    if figure.unit_name:
        if figure.unit_name in _REMEMBERED:
            state.last_unit, state.unit_age = figure.unit_name, 0
        if figure.unit is not None and figure.unit.rule is OTHER_NOUN:
            figure.flags.append("unit-unknown-noun")
        return True
    text = tokens.texts[figure.core]
    size = figure.value or figure.low or figure.high or 0
    if tokens.at(figure.last) == "per" and (
        tokens.at(figure.last + 1)[:1].isdigit() or tokens.at(figure.last + 1) in ("thousand", "million", "hundred")
    ):
        figure.unit_name = "rate"
        return True
    large = (
        size >= 1000 and not (text.isdigit() and len(text) == 4 and size < 3000)
    ) or "suspect-digits" in figure.flags
    for earlier in reversed(state.candidates[-4:]):
        if _same_number(figure, earlier):
            figure.unit_name = earlier.unit
            figure.flags.append("unit-elided")
            return True
    if (not large and not text.isdigit() and figure.bound is Bound.RANGE and size >= 13) or (
        tokens.at(figure.last) in _AUXILIARIES and size >= 13
    ):
        large = True
    if figure.bound is Bound.VAGUE and is_heading(tokens):
        return False
    if state.last_unit and state.unit_age <= _UNIT_MEMORY and (large or _is_counted_again(tokens, figure)):
        figure.unit_name = state.last_unit
        figure.flags.append("unit-elided")
        figure.fired.append((ELIDED, tokens.starts[figure.core], tokens.ends[figure.last - 1], state.last_unit))
        return True
    if large:
        figure.unit_name = "person"
        figure.flags.append("unit-assumed")
        return True
    _mention(
        state, MentionKind.NEUTRAL, tokens.starts[figure.core], tokens.ends[figure.core], "", figure.fired[0][0].id
    )
    return False


def _is_counted_again(tokens: Tokens, figure: Figure) -> bool:
    """Whether a bare number stands as a count does: ``another 300 in 1973``, ``fell to 90 from 120``."""
    if figure.bound in (Bound.VAGUE, Bound.AT_MOST, Bound.LESS) and not figure.digits and figure.value is None:
        return True
    if not figure.digits or (figure.value or figure.low or figure.high or 0) < 2:
        return False
    after, before = tokens.at(figure.last), tokens.at(figure.core - 1)
    return bool(figure.hedge_words) or (
        after
        in (
            "in",
            "from",
            "to",
            "and",
            "by",
            "the",
            "a",
            "for",
            ",",
            ".",
            ";",
            "",
            ")",
            "of",
            "on",
            "during",
            "at",
            "per",
            "each",
        )
        and before
        in (
            "to",
            "another",
            "was",
            "were",
            "from",
            "and",
            ",",
            "than",
            "with",
            "only",
            "compared",
            "other",
            "by",
            ":",
            "(",
        )
    )


def _draft_figures(
    state: DraftState, tokens: Tokens, figures: list[Figure], periods: list[tuple[str, bool]], start: int, end: int
) -> None:
    """Make candidates of the figures of a sentence."""
    text = state.clean.text
    places = find_places(tokens)
    attribution = find_attribution(text[start:end])
    sentence = state.clean.raw_span(start, end)
    for number, (figure, (period, inferred)) in enumerate(zip(figures, periods, strict=True)):
        around = Around(state.last_route if figure.unit is None else None, state.heading, state.defaults)
        route = find_route(tokens, number, figures, places, around)
        who = ""
        if attribution:
            rule, first, last = attribution
            who = text[start + first : start + last]
            figure.fired.append((rule, start + first, start + last, ""))
        candidate = _make_candidate(state, tokens, figure, route, (period, inferred), who, sentence)
        for rule, first, last, reading in figure.fired:
            state.fire(rule, first, last, reading)
        for rule, mention in route.fired:
            state.fire(rule, tokens.starts[mention.first], tokens.ends[mention.last - 1], mention.place.name)
        state.candidates.append(candidate)
        _remember(state, candidate)


def _remember(state: DraftState, candidate: Candidate) -> None:
    """Keep what a later figure may leave out."""
    if candidate.unit in _REMEMBERED:
        state.last_unit, state.unit_age = candidate.unit, 0
        state.last_group = candidate.group or state.last_group
    if candidate.unit in _REMEMBERED | {"share"}:
        state.last_route = Route(candidate.origin, candidate.destination)


def _make_candidate(
    state: DraftState,
    tokens: Tokens,
    figure: Figure,
    route: Route,
    when: tuple[str, bool],
    who: str,
    sentence: tuple[int, int],
) -> Candidate:
    """Return the candidate of one figure."""
    period, inferred = when
    unit = figure.unit_name
    elided = figure.unit is None
    topic = find_topic(tokens.words, unit)
    if elided and topic is Topic.CONTEXT and state.last_route is not None and unit in ("share", "person", "family"):
        topic = Topic.MIGRATION
    defaulted = list(route.defaulted)
    if not period and unit not in DURATION_WORDS and state.last_period:
        period, inferred = state.last_period, True
    if period and inferred:
        defaulted.append("period")
    counted_by = find_per(tokens, figure.last) or find_per_before(tokens, figure.core)
    if counted_by:
        figure.fired.append((PER, tokens.starts[counted_by[1]], tokens.ends[counted_by[2] - 1], counted_by[0]))
    measure, rule, place, after = _measure(tokens, figure, unit)
    if rule is not None:
        figure.fired.append((rule, tokens.starts[place], tokens.ends[after - 1], measure.value))
    group = _group(state, figure, unit)
    if group and group == state.defaults.group:
        defaulted.append("group")
    share_of, relative_to = _whole(state, tokens, figure)
    confidence = 0.95 - sum(_DOUBTS.get(flag, 0.1) for flag in figure.flags) - 0.05 * len(defaulted)
    if topic is Topic.CONTEXT and unit not in _REMEMBERED | {"share"}:
        route = Route(
            route.origin if "origin" not in route.defaulted else "",
            route.destination if "destination" not in route.defaulted else "",
            (),
            route.fired,
        )
        defaulted = [name for name in defaulted if name not in ("origin", "destination")]
    return Candidate(
        state.anchor(tokens.starts[figure.first], tokens.ends[figure.last - 1], tokens.starts[figure.core]),
        sentence,
        figure.value,
        figure.low,
        figure.high,
        figure.bound,
        unit,
        figure.hedge_words,
        figure.rhetoric,
        counted_by[0] if counted_by else "",
        share_of,
        relative_to,
        measure,
        topic,
        group,
        period,
        route.origin,
        route.destination,
        who,
        tuple(figure.flags),
        tuple(defaulted),
        tuple(dict.fromkeys(rule.id for rule, *_ in figure.fired)),
        max(0.05, round(confidence, 2)),
    )


def _measure(tokens: Tokens, figure: Figure, unit: str) -> tuple[Measure, Rule | None, int, int]:
    """Return measure, rule and deciding tokens."""
    if unit in DURATION_WORDS:
        return Measure.DURATION, None, -1, -1
    if unit in _CURRENCIES:
        return Measure.FEE, None, -1, -1
    return find_measure(tokens.words, unit, figure.core)


def _group(state: DraftState, figure: Figure, unit: str) -> str:
    """Return whom a figure counts, in the text's words, or the default."""
    phrase = figure.unit.phrase if figure.unit else ""
    if phrase and phrase.lower() not in _GENERIC and unit in ("person", "family", "household", "share"):
        return phrase.strip("\"' ")
    if unit in _REMEMBERED | {"share"}:
        return state.defaults.group or (state.last_group if figure.unit is None else "")
    return ""


def _whole(state: DraftState, tokens: Tokens, figure: Figure) -> tuple[str, str]:
    """Return what a share is of, and what a multiple is compared with."""
    text = state.clean.text
    if figure.bound is Bound.RELATIVE:
        last = min(len(tokens), figure.last + 6)
        for index in range(figure.last, last):
            if tokens.words[index] in (",", ";", ".", ")"):
                last = index
                break
        return "", text[tokens.starts[figure.last] : tokens.ends[last - 1]] if figure.last < last else ""
    if figure.unit_name != "share":
        return "", ""
    if figure.unit is not None and figure.unit.phrase:
        return figure.unit.phrase, ""
    if tokens.at(figure.last) == "of":
        last = figure.last + 1
        while (
            last < len(tokens)
            and last - figure.last < 7
            and (tokens.words[last][0].isalpha() or tokens.words[last] in "-'")
            and tokens.words[last]
            not in ("were", "was", "are", "had", "have", "in", "who", "to", "from", "left", "went", "by", "is")
        ):
            last += 1
        return (text[tokens.starts[figure.last + 1] : tokens.ends[last - 1]] if last > figure.last + 1 else ""), ""
    return "", ""


def _draft_event(state: DraftState, tokens: Tokens, found: list[Found], start: int, end: int) -> None:
    """Draft a dated event from a sentence that names a date and an instrument."""
    dates = [
        item
        for item in found
        if item.kind is MentionKind.TIME
        and item.reading
        and "/" not in item.reading
        and "X" not in item.reading
        and item.reading[0] != "P"
    ]
    if not dates:
        return
    for index in range(len(tokens)):
        match = event_grammar.BOOK.beginning_at(tokens.words, index)
        if match is None:
            continue
        entry, last = match
        state.fire(entry.rule, tokens.starts[index], tokens.ends[last - 1], entry.reading)
        nearest = min(dates, key=lambda item: abs(item.first - index))
        stated = nearest.rule.id.startswith("time.") and any(
            char.isdigit() for char in state.clean.text[nearest.start : nearest.end]
        )
        basis = (
            "stated"
            if stated
            and len(str(state.clock.year))
            and nearest.reading[:4] in state.clean.text[nearest.start : nearest.end]
            else "counted from the document's date"
        )
        text = " ".join(state.clean.text[start:end].split())
        precise = 0.3 * (len(nearest.reading) >= 7)
        state.events.append(
            DraftedEvent(
                state.anchor(start, end - 1),
                nearest.reading.rstrip("~"),
                text,
                entry.reading,
                basis,
                (entry.rule.id, nearest.rule.id),
                (),
                0.5 + precise,
            )
        )
        return
