"""All rules of drafting, for ``--explain``, for the reference and for the tests of their examples."""

from __future__ import annotations

from counterstream.drafting import clean, furniture
from counterstream.drafting.grammar import (
    attribution,
    events,
    fractions,
    hedges,
    measures,
    numbers,
    per,
    places,
    ranges,
    shares,
    table_words,
    times,
    times_relative,
    traps,
    units,
    vague,
)
from counterstream.drafting.grammar.rule import Rule

RULES: tuple[Rule, ...] = (
    *furniture.RULES,
    *clean.RULES,
    *numbers.RULES,
    *vague.RULES,
    *ranges.RULES,
    *fractions.RULES,
    *shares.RULES,
    *hedges.RULES,
    *units.RULES,
    *per.RULES,
    *traps.RULES,
    *times.RULES,
    *times_relative.RULES,
    *places.RULES,
    *attribution.RULES,
    *measures.RULES,
    *events.RULES,
    *table_words.RULES,
)
BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
