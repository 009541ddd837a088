"""Every rule of the grammar, on its own examples: this is what a new rule must bring with it."""

from __future__ import annotations

import re

import pytest

from counterstream.drafting.document import Defaults, document_of_text
from counterstream.drafting.draft import draft_document
from counterstream.drafting.grammar.rule import Example, Rule
from counterstream.drafting.rules import BY_ID, RULES

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}: {example.text[:40]}") for rule in RULES for example in rule.examples
]
COUNTER_EXAMPLES = [
    pytest.param(rule, text, id=f"{rule.id}: {text[:40]}") for rule in RULES for text in rule.counter_examples
]


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_rule_fires_in_its_example(rule: Rule, example: Example) -> None:
    draft = draft_document(document_of_text(example.text), Defaults())
    fired = [
        (flat(example.text[firing.start : firing.end]), firing.reading)
        for firing in draft.firings
        if firing.rule == rule.id
    ]
    matching = [reading for quote, reading in fired if quote == flat(example.quote)]
    assert matching, (
        f"fired on {fired}; all: {[(f.rule, example.text[f.start : f.end], f.reading) for f in draft.firings]}"
    )
    if example.reading:
        assert example.reading in matching


@pytest.mark.parametrize(("rule", "text"), COUNTER_EXAMPLES)
def test_rule_does_not_fire_in_its_counter_example(rule: Rule, text: str) -> None:
    draft = draft_document(document_of_text(text), Defaults())
    assert [(firing.rule, text[firing.start : firing.end]) for firing in draft.firings if firing.rule == rule.id] == []


def test_rules_have_different_identifiers_of_one_form() -> None:
    assert len(BY_ID) == len(RULES)
    assert [rule.id for rule in RULES if not re.fullmatch(r"[a-z]+\.[a-z0-9-]+", rule.id)] == []


def test_each_rule_has_a_meaning_and_an_example() -> None:
    assert [rule.id for rule in RULES if not rule.meaning.endswith(".") or not rule.examples] == []
