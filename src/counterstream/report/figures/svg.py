"""A figure as an SVG element that can stand inside a page.

The drawing library numbers its elements the same way in every picture and writes a style
sheet that would reach the whole page; both are put right here.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

NUMBER = re.compile(r"-?\d+\.\d+")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
FAMILY = re.compile(r" ?font-family: [^;]*;")
#: Widths were measured in the first; the others are as wide or narrower, so no label grows into its neighbour.
FONTS = "'DejaVu Sans', Verdana, system-ui, sans-serif"
#: Attributes whose numbers are places on the page: two decimals are a hundredth of a point.
PLACES = frozenset({"d", "x", "y", "transform", "width", "height", "points"})


def figure_svg(
    figure: Figure,
    *,
    name: str,
    title: str,
    description: str,
    notes: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
) -> str:
    """Return the figure as one ``<svg>`` element for a page.

    Parameters
    ----------
    figure
        As made by the plotting functions.
    name
        Prefix of every element id in the picture; must be unique on the page.
    title, description
        Read aloud in place of the picture.
    notes
        By group id (``gid``): text shown when that part is pointed at.
    links
        By group id: the address inside the page to which it leads.

    Returns
    -------
    str
        Without document type, metadata, comments and style sheet.
    """
    # What is parsed was written a line ago by the drawing library, which escapes every text in it.
    root = ElementTree.fromstring(_draw(figure, name))  # noqa: S314
    _strip(root)
    for element in list(root.iter()):
        _add_notes(element, notes or {}, links or {})
    _rename(root, name)
    del root.attrib["width"], root.attrib["height"]
    root.attrib.pop("version", None)
    root.set("role", "img")
    root.set("aria-label", title)
    root.set("aria-describedby", f"{name}-desc")
    root.set("style", f"stroke-linejoin:round;stroke-linecap:butt;font-family:{FONTS}")
    described = ElementTree.Element("desc", {"id": f"{name}-desc"})
    described.text = description
    headed = ElementTree.Element("title")
    headed.text = title
    root.insert(0, headed)
    root.insert(1, described)
    return ElementTree.tostring(root, encoding="unicode")


def _draw(figure: Figure, name: str) -> bytes:
    buffer = io.BytesIO()
    settings: dict[RcKeyType, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "path.simplify": True,
        "path.simplify_threshold": 0.2,
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        # A script that the measuring font lacks is still drawn by the reader's own font.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        # Placing once and drawing once is enough: ``savefig`` would do each twice, and that is most of the work.
        engine = figure.get_layout_engine()
        if engine is not None:
            engine.execute(figure)
            figure.set_layout_engine("none")
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        FigureCanvasSVG(figure).print_svg(buffer, metadata=nothing)
    return buffer.getvalue()


def _strip(root: ElementTree.Element) -> None:
    """Drop namespaces, metadata and the style sheet, and shorten numbers."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for key in list(element.attrib):
            value = element.attrib.pop(key)
            plain = key.rpartition("}")[2]
            if plain in PLACES:
                value = NUMBER.sub(_shorten, value).replace("\n", " ")
            elif plain == "style":
                value = FAMILY.sub("", value)
            element.set(plain, value)
        if element.text and not element.text.strip() and len(element):
            element.text = None
        if element.tail and not element.tail.strip():
            element.tail = None


def _shorten(match: re.Match[str]) -> str:
    return f"{float(match.group()):.2f}".rstrip("0").rstrip(".")


def _add_notes(element: ElementTree.Element, notes: Mapping[str, str], links: Mapping[str, str]) -> None:
    name = element.get("id", "")
    if name in links:
        # The table below the picture has the same links for the keyboard; a picture is one thing to a screen reader.
        anchor = ElementTree.Element("a", {"href": links[name], "tabindex": "-1"})
        anchor.extend(list(element))
        for child in list(element):
            element.remove(child)
        element.append(anchor)
    if name in notes:
        note = ElementTree.Element("title")
        note.text = notes[name]
        element.insert(0, note)


def _rename(root: ElementTree.Element, name: str) -> None:
    """Prefix every id of the picture, and every reference to one."""
    known = {found for element in root.iter() if (found := element.get("id"))}

    def renamed(match: re.Match[str]) -> str:
        return f"url(#{name}-{match.group(1)})" if match.group(1) in known else match.group()

    used: set[str] = set()
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == "href" and value[1:] in known:
                element.set(key, f"#{name}-{value[1:]}")
                used.add(value[1:])
            elif key != "id" and "url(#" in value:
                used.update(REFERENCE.findall(value))
                element.set(key, REFERENCE.sub(renamed, value))
    for element in root.iter():
        found = element.attrib.pop("id", "")
        if found in used:
            element.set("id", f"{name}-{found}")
