"""What the views are drawn from: plain, rounded, complete, and harmless inside a page."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

import numpy as np
import pytest
from report_example import MONTHS, build_content, made_hostile

from counterstream.report import ReportContent
from counterstream.report.views import FORMAT, PARTS, embed, views_document, write_json
from counterstream.report.views.plain import plain_days, rounded
from counterstream.units import add_months

HOSTILE = ("</script><script>alert(1)</script>", "<!--<script>", "]]>", "\u2028\u2029", '"\\', "\u202e=cmd", "é&amp;")


@pytest.fixture(scope="module")
def content() -> ReportContent:
    return build_content()


@pytest.fixture(scope="module")
def document(content: ReportContent) -> dict[str, Any]:
    return json.loads(write_json(views_document(content)))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (123456.7, 123500),
        (0.00012345678, 0.0001235),
        (-98764.0, -98760),
        (3.0, 3),
        (0.0, 0),
        (1e300, 1e300),
        (math.nan, None),
        (math.inf, None),
        (None, None),
    ],
)
def test_numbers_keep_four_digits(value: float | None, told: float | None) -> None:
    assert rounded(value) == told
    assert isinstance(rounded(3.0), int)


def test_days_come_back() -> None:
    assert plain_days(MONTHS) == {"first": "1968-01-01", "months": 1, "count": 288}
    quarters = tuple(add_months(date(1970, 2, 1), 3 * i) for i in range(5))
    assert plain_days(quarters) == {"first": "1970-02-01", "months": 3, "count": 5}
    weeks = tuple(date(1970, 1, 30) + timedelta(weeks=i) for i in range(9))
    assert plain_days(weeks) == {"first": "1970-01-30", "days": 7, "count": 9}
    odd = (date(1970, 1, 31), date(1970, 2, 28), date(1970, 3, 31))
    assert plain_days(odd) == {"listed": [day.isoformat() for day in odd]}
    assert plain_days(MONTHS[:1]) == {"listed": ["1968-01-01"]}


def test_every_series_and_claim_is_there(content: ReportContent, document: dict[str, Any]) -> None:
    assert document["format"] == FORMAT
    assert document["about"]["title"] == content.title
    told = document["parts"]["series"]
    assert [one["observable"] for one in told] == [view.observable for view in content.series]
    for one, view in zip(told, content.series, strict=True):
        assert one["kind"] == view.kind
        np.testing.assert_allclose(one["median"], view.median, rtol=5e-4)
        np.testing.assert_allclose(one["high90"], view.high90, rtol=5e-4)
        assert [claim["id"] for claim in one["claims"]] == [claim.claim_id for claim in view.claims]


def test_a_flow_claim_stands_at_its_rate_and_says_what_it_said(
    content: ReportContent, document: dict[str, Any]
) -> None:
    view = content.series[0]
    index, claim = next((i, c) for i, c in enumerate(view.claims) if c.value and (c.last - c.first).days > 360)
    told = document["parts"]["series"][0]["claims"][index]
    assert told["drawn"]["value"] == pytest.approx(cast("float", claim.value) / 12, rel=5e-4)
    assert f"{claim.value:,.0f}" in told["stated"]


def test_conflicts_are_told_at_each_of_their_claims(document: dict[str, Any]) -> None:
    claims = {claim["id"]: claim for one in document["parts"]["series"] for claim in one["claims"]}
    assert claims["DEP004"]["conflicts"] == [
        "same window, with DEP011: 1973: 34,733 against 33,100, further apart than their wording allows"
    ]
    assert "with DEP004" in claims["DEP011"]["conflicts"][0]
    assert claims["DEP005"]["conflicts"] == []


def test_missing_values_are_null(content: ReportContent) -> None:
    view = content.series[0]
    arrays = {name: np.full(288, np.nan) for name in ("median", "low50", "high50", "low90", "high90")}
    told = views_document(replace(content, series=(replace(view, **arrays),), scenarios=()))
    assert json.loads(write_json(told))["parts"]["series"][0]["median"] == [None] * 288


def test_a_part_without_content_is_left_out(content: ReportContent) -> None:
    bare = replace(content, scenarios=(), parameters=())
    parts = cast("dict[str, Any]", views_document(bare)["parts"])
    assert "scenarios" not in parts
    assert "parameters" not in parts
    assert set(parts) <= set(PARTS)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_neither_ends_the_element_nor_breaks_the_json(content: ReportContent, text: str) -> None:
    document = views_document(made_hostile(content, text))
    embedded = str(embed(document))
    assert not re.search(r"[<>&\u2028\u2029\u202e]", embedded)
    assert json.loads(embedded) == json.loads(write_json(document))
    kept = text.replace("\u202e", "")
    assert json.loads(embedded)["about"]["title"] == kept


def test_only_web_addresses_are_links(content: ReportContent) -> None:
    hostile = made_hostile(content, "javascript:alert(1)")
    document = json.loads(write_json(views_document(hostile)))
    assert {claim["url"] for one in document["parts"]["series"] for claim in one["claims"]} == {""}
