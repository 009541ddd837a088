"""The report as one HTML file that needs no network and runs no script but its own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from counterstream.report.blocks import Section
from counterstream.report.content import ReportContent
from counterstream.report.sections import LAST, build_sections
from counterstream.report.tables import clean_text, csv_link, file_name
from counterstream.report.views import embed, views_document
from counterstream.report.views.plain import Json, cleaned

TEMPLATES = Path(__file__).parent / "templates"
#: What ``web/`` is built to.
STATIC = Path(__file__).parent / "static"

#: Where further sections and their entries in the contents go.  Every text on the page is escaped, so that no input
#: can write a comment.
CONTENTS_MARK = Markup("<!-- further contents -->")
SECTIONS_MARK = Markup("<!-- further sections -->")


def _finalize(value: object) -> object:
    """Take invisible characters out of every text just before it is escaped."""
    return clean_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def script_and_style() -> tuple[str, str]:
    """Return the script and the style sheet of all views, as ``web/`` was built."""
    script, style = ((STATIC / name).read_text(encoding="utf-8") for name in ("counterstream.js", "counterstream.css"))
    return script, style


def security_policy(script: str, style: str) -> str:
    """Return the policy of a page: nothing from anywhere, and only this script and this style sheet run.

    Drawings of answers carry styles on their elements; the views draw their files from ``data:``.
    """
    return (
        f"default-src 'none'; script-src {_hash_source(script)}; style-src {_hash_source(style)}; "
        "style-src-attr 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash_source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _embed_own(data: Json) -> Markup:
    """Write the data of a single view, as those of the page are written."""
    return embed(cleaned(data))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["csv_link"] = csv_link
    environment.filters["file_name"] = file_name
    environment.filters["embed"] = _embed_own
    return environment


def render(content: ReportContent) -> str:
    """Return the whole page.

    Parameters
    ----------
    content
        Everything to show; free text in it may come from anybody and stays text.

    Returns
    -------
    str
        An HTML document with its style, its data and the script of the views inside; the tables need no script.
    """
    script, style = script_and_style()
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            content=content,
            sections=build_sections(content),
            last_section=LAST,
            policy=security_policy(script, style),
            # The package's own files, not anybody's input.
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            data=embed(views_document(content)),
            contents_mark=CONTENTS_MARK,
            sections_mark=SECTIONS_MARK,
        )
    )


def can_be_added_to(page: str) -> bool:
    """Whether a page says, once each, where further sections and their entries in the contents go."""
    return page.count(CONTENTS_MARK) == page.count(SECTIONS_MARK) == 1


def add_sections(page: str, sections: Sequence[Section]) -> str:
    """Return a page with further sections before its last, and each in its contents.

    Parameters
    ----------
    page
        As :func:`render` made it.
    sections
        With element ids that the page does not have; texts in them stay texts.

    Raises
    ------
    ValueError
        If the page does not say where they go; see :func:`can_be_added_to`.
    """
    if not can_be_added_to(page):
        raise ValueError("the page has no place for further sections")
    blocks = _environment().get_template("blocks.html.j2").module
    for mark, show in ((CONTENTS_MARK, "entry"), (SECTIONS_MARK, "section")):
        shown = "".join(getattr(blocks, show)(section) for section in sections)
        # Not with "+": markup would escape the page that it is added to.
        page = page.replace(mark, f"{shown}{mark}")
    return page
