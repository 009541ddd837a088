"""Turn formulas into MathML while the site is built, so that it needs no script to show them."""

from __future__ import annotations

import html
import re
from typing import Any

from latex2mathml.converter import convert

_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">(?:\\\((?P<inline>.*?)\\\)|\\\[(?P<display>.*?)\\\])</(?P=tag)>', re.DOTALL
)


def on_page_content(content: str, **_: Any) -> str:
    """Replace each formula of a page (MkDocs calls this)."""

    def to_mathml(found: re.Match[str]) -> str:
        if found["display"] is not None:
            return f"<div>{convert(html.unescape(found['display']), display='block')}</div>"
        return convert(html.unescape(found["inline"]))

    return _FORMULA.sub(to_mathml, content)
