"""YAML text to nodes with positions: pure ruamel.yaml events, YAML 1.2, bounded.

The event interface is used, not a loader: no object of any Python type can be made, and
every limit is met while reading, before work is spent on what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from counterstream.errors import Problem
from counterstream.spec.findings import MAX_PROBLEMS, too_many_problems
from counterstream.spec.node import Node, path_text, plain_scalar

#: Chosen so that any text within them is read in under two seconds on a slow machine.
MAX_NODES = 15_000
MAX_DEPTH = 50

#: Everything but printable characters, tabs and line ends; also lone halves of surrogate pairs.
FORBIDDEN = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Typed as Any because the library types its events in part only.
_SCALAR: Any = ScalarEvent


@dataclass(slots=True)
class _Frame:
    """An open list or mapping and the key that waits for its value."""

    node: Node
    key: str | None = None
    key_place: tuple[int, int] = (0, 0)
    anchor: str | None = None


@dataclass
class _Composer:
    """Builds nodes from events."""

    file: str
    problems: list[Problem] = field(default_factory=list[Problem])
    anchors: dict[str, Node | None] = field(default_factory=dict[str, "Node | None"])
    frames: list[_Frame] = field(default_factory=list[_Frame])
    root: Node | None = None
    documents: int = 0
    nodes: int = 0

    def fault(self, code: str, mark: Any, message: str, *, found: str = "", allowed: str = "", mend: str = "") -> None:
        path = path_text(tuple(self._path()))
        self.problems.append(
            Problem(code, message, self.file, mark.line + 1, mark.column + 1, path, found, allowed, mend)
        )

    def _path(self) -> list[str | int]:
        parts: list[str | int] = []
        for frame in self.frames:
            if isinstance(frame.node.value, list):
                parts.append(len(frame.node.value))
            elif frame.key is not None:
                parts.append(frame.key)
        return parts

    def take(self, event: Any) -> bool:
        """Take one event; return False when reading must stop."""
        if isinstance(event, NodeEvent):
            return self._take_node(event)
        if isinstance(event, (SequenceEndEvent, MappingEndEvent)):
            frame = self.frames.pop()
            if frame.anchor is not None:
                self.anchors[frame.anchor] = frame.node
            return self._place(frame.node, event.start_mark)
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if event.version or event.tags:
                self.fault(
                    "S115",
                    event.start_mark,
                    "a YAML directive is used",
                    allowed="YAML 1.2 without directives",
                    mend="delete the line that starts with %",
                )
            if self.documents > 1:
                self.fault(
                    "S111",
                    event.start_mark,
                    "the file holds more than one YAML document",
                    found="---",
                    allowed="one document",
                    mend="put each system in a file of its own",
                )
                return False
        return True

    def _take_node(self, event: Any) -> bool:
        mark = event.start_mark
        if isinstance(event, AliasEvent):
            return self._take_alias(event)
        if event.tag is not None:
            self.fault(
                "S109",
                mark,
                "a YAML tag is used",
                found=str(event.tag)[:60],
                allowed="plain values without tags",
                mend="delete the tag",
            )
        self.nodes += 1
        if self.nodes > MAX_NODES:
            return self._too_many(mark)
        if isinstance(event, _SCALAR):
            text: str = event.value
            bad = FORBIDDEN.search(text)
            if bad is not None:
                # Escapes can make what the text itself may not hold; nothing later has to fear it.
                self.fault(
                    "S103",
                    mark,
                    "an escape makes a forbidden character",
                    found=f"U+{ord(bad.group()):04X}",
                    allowed="printable characters, tabs and line ends",
                )
                text = FORBIDDEN.sub("\ufffd", text)
            node = Node(plain_scalar(text) if event.style is None and event.tag is None else text, 0, 0)
            node.line, node.column = mark.line + 1, mark.column + 1
            if text == "" and event.style is None and self.frames and self.frames[-1].key is not None:
                # What is missing after a key is missing at the key.
                node.line, node.column = self.frames[-1].key_place
            if event.anchor is not None:
                self.anchors[event.anchor] = node
            return self._place(node, mark, text)
        if len(self.frames) >= MAX_DEPTH:
            return self._too_deep(mark)
        if self._awaits_key():
            return self._bad_key(mark)
        mapping = isinstance(event, MappingStartEvent)
        node = Node({} if mapping else [], mark.line + 1, mark.column + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.frames.append(_Frame(node, anchor=event.anchor))
        return True

    def _take_alias(self, event: Any) -> bool:
        if event.anchor not in self.anchors or self.anchors[event.anchor] is None:
            known = event.anchor in self.anchors
            self.fault(
                "S114",
                event.start_mark,
                "an alias refers to the part that holds it" if known else "an alias refers to no anchor above it",
                found=f"*{event.anchor}"[:60],
                allowed="an anchor that is complete before the alias",
                mend="write the value out",
            )
            return False
        node = self.anchors[event.anchor]
        if node is None:
            return False
        if len(self.frames) + node.height > MAX_DEPTH:
            return self._too_deep(event.start_mark)
        if isinstance(node.value, (list, dict)) and self._awaits_key():
            return self._bad_key(event.start_mark)
        self.nodes += node.size
        if self.nodes > MAX_NODES:
            return self._too_many(event.start_mark)
        return self._place(node, event.start_mark, node.value if isinstance(node.value, str) else None)

    def _awaits_key(self) -> bool:
        return bool(self.frames) and isinstance(self.frames[-1].node.value, dict) and self.frames[-1].key is None

    def _place(self, node: Node, mark: Any, text: str | None = None) -> bool:
        """Put a finished node into the open list or mapping."""
        if not self.frames:
            self.root = node
            return True
        frame = self.frames[-1]
        holder = frame.node
        if isinstance(holder.value, list):
            holder.value.append(node)
        elif isinstance(holder.value, dict):
            if frame.key is None:
                frame.key = text if text is not None else str(node.value)
                frame.key_place = (mark.line + 1, mark.column + 1)
                if frame.key in holder.value:
                    self.fault(
                        "S108",
                        mark,
                        "the mapping has this key twice",
                        found=frame.key[:60],
                        allowed="each key once",
                        mend=f"the first is on line {holder.keys[frame.key][0]}; delete or rename one",
                    )
                return True
            holder.value[frame.key] = node
            holder.keys[frame.key] = frame.key_place
            frame.key = None
        holder.size += node.size
        holder.height = max(holder.height, node.height + 1)
        return True

    def _too_many(self, mark: Any) -> bool:
        self.fault(
            "S106",
            mark,
            "the document has too many parts",
            allowed=f"at most {MAX_NODES:,} values and keys, aliases followed",
            mend="shorten the file; a list of values may stand where several entries repeat",
        )
        return False

    def _too_deep(self, mark: Any) -> bool:
        self.fault(
            "S105",
            mark,
            "lists and mappings are nested too deeply",
            allowed=f"at most {MAX_DEPTH} levels",
            mend="no system needs more than ten levels: look for an unclosed bracket or a wrong indent",
        )
        return False

    def _bad_key(self, mark: Any) -> bool:
        self.fault(
            "S113",
            mark,
            "a list or mapping is used as a key",
            allowed="a word or text",
            mend="put quotes around it if it is meant as text",
        )
        return False


def compose_fully(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Read any YAML text into nodes with the full scanner; see :func:`compose`."""
    composer = _Composer(file)
    # pure=True keeps the C scanner out, which reads YAML 1.1; a version is never taken from the text.
    reader: Any = YAML(typ="safe", pure=True)
    events: Any = reader.parse(text)
    try:
        for event in events:
            if not composer.take(event):
                return None, composer.problems
            if len(composer.problems) >= MAX_PROBLEMS:
                return None, [*composer.problems, too_many_problems(file)]
    except YAMLError as error:
        composer.problems.append(_syntax_problem(error, file))
        return None, composer.problems
    except (ValueError, OverflowError) as error:
        # An escape beyond the last character reaches Python's own check.
        composer.problems.append(Problem("S107", f"the text is not YAML: {error}", file, 1, 1))
        return None, composer.problems
    finally:
        events.close()
    if composer.root is None or composer.root.value is None:
        composer.problems.append(
            Problem("S110", "the file holds nothing", file, 1, 1, mend="start from the template: counterstream new")
        )
        return None, composer.problems
    if not isinstance(composer.root.value, dict):
        root = composer.root
        message = "the document is not a mapping"
        composer.problems.append(
            Problem("S112", message, file, root.line, root.column, allowed="keys such as name: and time:")
        )
        return None, composer.problems
    return composer.root, composer.problems


def _syntax_problem(error: Exception, file: str) -> Problem:
    """Return the problem for an error of the YAML scanner or parser."""
    fault: Any = error
    if not hasattr(fault, "problem_mark"):
        return Problem("S107", "the text is not YAML", file, 1, 1, found=str(error).split("\n", 1)[0][:120])
    mark: Any = fault.problem_mark or fault.context_mark
    line, column = (int(mark.line) + 1, int(mark.column) + 1) if mark is not None else (1, 1)
    said = ", ".join(str(part) for part in (fault.context, fault.problem) if part)
    return Problem(
        "S107",
        f"the text is not YAML: {said}",
        file,
        line,
        column,
        allowed="YAML 1.2",
        mend="check brackets, quotes, the space after each colon, and that indents are spaces",
    )
