"""The report as one HTML file that needs no network and runs no script."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from counterstream.report.content import ReportContent
from counterstream.report.sections import build_sections
from counterstream.report.tables import clean_text, csv_link, file_name

TEMPLATES = Path(__file__).parent / "templates"
#: No script, no font, no picture from anywhere; styles only from within the page.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)


def _finalize(value: object) -> object:
    """Take invisible characters out of every text just before it is escaped."""
    return clean_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


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
        An HTML document with its style and pictures inside, without any script.
    """
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            content=content,
            sections=build_sections(content),
            policy=CONTENT_SECURITY_POLICY,
            # The package's own file, not anybody's input.
            style=Markup(style),  # noqa: S704
        )
    )
