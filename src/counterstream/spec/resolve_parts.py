"""Resolving what moves, instruments and scenarios share: terms and rhythms of release."""

from __future__ import annotations

from counterstream.spec.node import At
from counterstream.spec.scope import Form, Scope
from counterstream.system.move import Batches
from counterstream.system.term import Term


def resolve_terms(forms: tuple[Form, ...], scope: Scope, at: At) -> tuple[Term, ...]:
    """Return terms with canonical selectors."""
    return tuple(
        Term(
            effect=form["effect"],
            of=form["of"],
            season_peak_month=form["season_peak_month"],
            groups=scope.selector(form["groups"], (*at, index, "groups")),
        )
        for index, form in enumerate(forms)
    )


def resolve_batches(form: Form | None) -> Batches | None:
    """Return a rhythm of release; ``None`` is continuous."""
    if form is None:
        return None
    return Batches(form["dates"] or (), form["every_steps"], form["from"], form["to"])
