"""A draft as a file: the document's text and what was drafted from it, so that a review needs nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar, cast

from counterstream.drafting import codes
from counterstream.drafting.candidate import Anchor, Bound, Candidate, Draft, DraftedEvent, Measure, Topic
from counterstream.drafting.document import Box, Defaults, Document, Page, Paragraph
from counterstream.errors import CounterstreamError, Problem

FORMAT = "counterstream-draft/1"
#: Endings of a draft and of the decisions about it.
DRAFT_ENDING = ".draft.json"
DECISIONS_ENDING = ".decisions.jsonl"
#: The text of a document has at most 50 MB; candidates come on top.
LARGEST_FILE_BYTES = 400_000_000

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Citation:
    """How a document stands in ``sources.csv``, and whose count its figures are unless it says.

    Parameters
    ----------
    source_id, title
        Name of its row, and its title.
    agency
        Who counted, where the text names no known agency.
    """

    source_id: str
    title: str
    agency: str


@dataclass(frozen=True)
class DraftFile:
    """A draft with its document and what the researcher said of it.

    Parameters
    ----------
    document
        Text, pages and paragraphs; words' boxes and tables are left out, candidates keep theirs.
    defaults, citation
        Date, places and group that were given; how the document is cited.
    draft
        Candidates and events; mentions and firings are left out.
    """

    document: Document
    defaults: Defaults
    citation: Citation
    draft: Draft


def decisions_path(draft: Path) -> Path:
    """Return the file of decisions that belongs to a draft: it stands beside it."""
    return draft.with_name(draft.name.removesuffix(DRAFT_ENDING) + DECISIONS_ENDING)


def cite_document(document: Document, source_id: str = "", title: str = "", agency: str = "") -> Citation:
    """Return how a document is cited; what is not said follows from its title and name."""
    stem = document.name.rpartition("/")[2].partition(".")[0]
    named = title or document.title or stem
    return Citation(source_id or re.sub(r"\W+", "_", stem).strip("_").upper() or "DOCUMENT", named, agency or named)


def format_draft(file: DraftFile) -> str:
    """Return the text of a draft file."""
    document, draft = file.document, file.draft
    content: dict[str, object] = {
        "format": FORMAT,
        "drafting_version": draft.version,
        "document": {
            "name": document.name,
            "sha256": document.sha256,
            "form": document.form,
            "encoding": document.encoding,
            "encoding_basis": document.encoding_basis,
            "date": document.date,
            "title": document.title,
            "pages": [[page.number, page.start, page.end] for page in document.pages],
            "paragraphs": [[p.start, p.end, p.page] for p in document.paragraphs],
            "text": document.text,
        },
        "defaults": asdict(file.defaults),
        "citation": asdict(file.citation),
        "candidates": [candidate_as_data(candidate) for candidate in draft.candidates],
        "events": [asdict(event) for event in draft.events],
    }
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def candidate_as_data(candidate: Candidate) -> dict[str, object]:
    """Return a candidate as plain data."""
    return asdict(candidate)


def read_draft(path: Path) -> DraftFile:
    """Read a draft.

    Raises
    ------
    CounterstreamError
        If the file is not a draft, cannot be read or is damaged (D306), or if quotes do not stand
        where it says (D307).
    """
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise CounterstreamError(_not_a_draft(path, "it is too large"))
        content = cast("object", json.loads(path.read_bytes().decode("utf-8")))
    except OSError as error:
        raise CounterstreamError(_not_a_draft(path, error.strerror or str(error))) from error
    except (ValueError, RecursionError) as error:
        raise CounterstreamError(_not_a_draft(path, "it is no JSON document")) from error
    if not isinstance(content, dict) or cast("dict[str, object]", content).get("format") != FORMAT:
        raise CounterstreamError(_not_a_draft(path, f"it does not say that it is a {FORMAT}"))
    try:
        read = _read_content(cast("dict[str, object]", content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CounterstreamError(_not_a_draft(path, f"it lacks something, or holds something else: {error}")) from error
    if problems := _check_quotes(read, path):
        raise CounterstreamError(problems)
    return read


def _read_content(content: Mapping[str, object]) -> DraftFile:
    """Turn plain data into a draft; raises ValueError, KeyError or TypeError if it is none."""
    told = _mapping(content["document"])
    document = Document(
        text=_text(told["text"]),
        name=_text(told["name"]),
        sha256=_text(told["sha256"]),
        form=_text(told["form"]),
        encoding=_text(told["encoding"]),
        encoding_basis=_text(told["encoding_basis"]),
        pages=_items(told["pages"], lambda item: Page(*_whole_numbers(item, 3))),
        paragraphs=_items(told["paragraphs"], lambda item: Paragraph(*_whole_numbers(item, 3))),
        date=_text(told["date"]),
        title=_text(told["title"]),
    )
    given = _mapping(content["defaults"])
    defaults = Defaults(
        _text(given["date"]),
        _text(given["origin"]),
        _text(given["destination"]),
        _text(given["group"]),
        month_first=given["month_first"] is True,
    )
    draft = Draft(
        document.sha256,
        document.name,
        _text(content["drafting_version"]),
        _items(content["candidates"], lambda item: parse_candidate(_mapping(item))),
        _items(content["events"], lambda item: _parse_event(_mapping(item))),
    )
    cited = _mapping(content["citation"])
    citation = Citation(_text(cited["source_id"]), _text(cited["title"]), _text(cited["agency"]))
    return DraftFile(document, defaults, citation, draft)


def parse_candidate(told: Mapping[str, object]) -> Candidate:
    """Turn plain data into a candidate.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it is none.
    """
    first, last = _whole_numbers(told["sentence"], 2)
    return Candidate(
        anchor=_parse_anchor(_mapping(told["anchor"])),
        sentence=(first, last),
        value=_figure(told["value"]),
        low=_figure(told["low"]),
        high=_figure(told["high"]),
        bound=Bound(_text(told["bound"])),
        unit=_text(told["unit"]),
        hedge_words=_text(told["hedge_words"]),
        rhetoric=_text(told["rhetoric"]),
        per=_text(told["per"]),
        share_of=_text(told["share_of"]),
        relative_to=_text(told["relative_to"]),
        measure=Measure(_text(told["measure"])),
        topic=Topic(_text(told["topic"])),
        group=_text(told["group"]),
        period=_text(told["period"]),
        origin=_text(told["origin"]),
        destination=_text(told["destination"]),
        attribution=_text(told["attribution"]),
        flags=_items(told["flags"], _text),
        defaulted=_items(told["defaulted"], _text),
        rules=_items(told["rules"], _text),
        confidence=_figure(told["confidence"]) or 0.0,
        status=_text(told["status"]),
    )


def _parse_event(told: Mapping[str, object]) -> DraftedEvent:
    return DraftedEvent(
        anchor=_parse_anchor(_mapping(told["anchor"])),
        date=_text(told["date"]),
        event=_text(told["event"]),
        instrument=_text(told["instrument"]),
        basis=_text(told["basis"]),
        rules=_items(told["rules"], _text),
        flags=_items(told["flags"], _text),
        confidence=_figure(told["confidence"]) or 0.0,
        status=_text(told["status"]),
    )


def _parse_anchor(told: Mapping[str, object]) -> Anchor:
    start, end, page, paragraph = _whole_numbers([told[name] for name in ("start", "end", "page", "paragraph")], 4)
    words = [_text(told[name]) for name in ("quote", "prefix", "suffix")]
    return Anchor(start, end, words[0], words[1], words[2], page, paragraph, _items(told["boxes"], _parse_box))


def _parse_box(item: object) -> Box:
    told = _mapping(item)
    start, end, page = _whole_numbers([told[name] for name in ("start", "end", "page")], 3)
    sides = [_figure(told[name]) or 0.0 for name in ("left", "bottom", "right", "top")]
    return Box(start, end, page, sides[0], sides[1], sides[2], sides[3])


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("an object is missing")
    return cast("dict[str, object]", value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _figure(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a number is missing")
    return float(value)


def _whole_numbers(value: object, count: int) -> tuple[int, ...]:
    numbers = _items(value, _whole_number)
    if len(numbers) != count:
        raise ValueError(f"{count} whole numbers are missing")
    return numbers


def _whole_number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a whole number is missing")
    return value


def _items(value: object, read: Callable[[object], _Item]) -> tuple[_Item, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError("a list is missing")
    return tuple(read(item) for item in cast("Sequence[object]", value))


def _check_quotes(read: DraftFile, path: Path) -> list[Problem]:
    """Return a problem for each candidate or event whose quote does not stand at its place."""
    text = read.document.text
    anchors = [c.anchor for c in read.draft.candidates] + [e.anchor for e in read.draft.events]
    wrong = [anchor for anchor in anchors if text[anchor.start : anchor.end] != anchor.quote]
    mend = "draft the document again; decisions are kept"
    return [
        Problem(
            codes.QUOTE_MOVED,
            "a quote does not stand where the draft says",
            str(path),
            path=f"{anchor.start}-{anchor.end}",
            found=text[anchor.start : anchor.end][:80],
            allowed=anchor.quote[:80],
            mend=mend,
        )
        for anchor in wrong
    ]


def _not_a_draft(path: Path, reason: str) -> Problem:
    mend = "make one with: counterstream evidence draft FILE"
    return Problem(codes.NOT_A_DRAFT, f"{path.name} cannot be read as a draft", str(path), found=reason, mend=mend)
