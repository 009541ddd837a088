"""The review on a terminal: keys, prompts and colours around a session (prompt_toolkit)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import ConditionalContainer, HSplit, Layout, VSplit, Window
from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl, UIContent, UIControl
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Style

from counterstream.drafting.review import deciding, marking
from counterstream.drafting.review.item import fields_of, show_field
from counterstream.drafting.review.screen import Size, draw_screen
from counterstream.drafting.review.session import (
    Session,
    current_item,
    go_next,
    go_previous,
    go_to,
    judge,
    show,
    skip,
)
from counterstream.errors import CounterstreamError

#: Colours are never the only mark: spans are reversed, defaults have a star, problems say so.
STYLE = Style.from_dict(
    {
        "span": "reverse bold",
        "head": "bold",
        "name": "ansibrightblack",
        "default": "ansiyellow italic",
        "edited": "ansicyan bold",
        "problem": "ansired",
        "repeat": "ansimagenta",
        "flag": "ansiyellow bold",
        "accepted": "ansigreen bold",
        "rejected": "ansired bold",
        "taken": "bold underline",
        "keys": "ansibrightblack",
        "status": "reverse",
        "message": "bold",
    }
)
#: Seconds that an Escape waits for the rest of a key's sequence.
ESCAPE_WAIT = 0.05


@dataclass
class Prompt:
    """A question on the last line, and what is done with its answer."""

    label: str
    take: Callable[[str], None]


@dataclass
class Terminal:
    """The state of the terminal beside the session's."""

    session: Session
    prompt: Prompt | None = None
    with_help: bool = False
    typed: Buffer = field(default_factory=lambda: Buffer(multiline=False))


Act = Callable[[Terminal], None]


def run_terminal(session: Session, *, input: Input | None = None, output: Output | None = None) -> None:  # noqa: A002
    """Let a person review until they end it; every decision is kept at once.

    Raises
    ------
    CounterstreamError
        If a decision cannot be kept.
    """
    terminal = Terminal(session)
    application: Application[None] = Application(
        layout=_lay_out(terminal),
        key_bindings=_bind_keys(terminal),
        style=STYLE,
        full_screen=True,
        input=input,
        output=output,
    )
    application.ttimeoutlen = ESCAPE_WAIT
    application.timeoutlen = ESCAPE_WAIT
    application.run()


def _lay_out(terminal: Terminal) -> Layout:
    """Return the screen, with the prompt's line below it while something is asked."""
    asking = Condition(lambda: terminal.prompt is not None)
    screen = Window(_ScreenControl(terminal), wrap_lines=False, always_hide_cursor=True)
    label = Window(
        FormattedTextControl(lambda: [("class:message", terminal.prompt.label if terminal.prompt else "")]),
        dont_extend_width=True,
        height=1,
    )
    answer = Window(BufferControl(terminal.typed), height=1)
    return Layout(HSplit([screen, ConditionalContainer(VSplit([label, answer]), asking)]), focused_element=screen)


class _ScreenControl(UIControl):
    """Draws the session in whatever room there is."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def create_content(self, width: int, height: int) -> UIContent:
        """Return the lines of the screen."""
        lines = draw_screen(self._terminal.session, Size(width, height), with_help=self._terminal.with_help)

        def line_at(number: int) -> StyleAndTextTuples:
            return [(style, text) for style, text in lines[number]]

        return UIContent(line_at, line_count=len(lines), show_cursor=False)

    def is_focusable(self) -> bool:
        """Keys come here while nothing is asked."""
        return True


def _bind_keys(terminal: Terminal) -> KeyBindings:
    """Return the bindings: one key an act, and Enter and Escape for what is asked."""
    bindings = KeyBindings()
    asking = Condition(lambda: terminal.prompt is not None)

    def bind(key: str, act: Act) -> None:
        @bindings.add(key, filter=~asking, eager=True)
        def _(event: KeyPressEvent) -> None:
            _perform(event, terminal, act)

    for key, act in ACTS.items():
        bind(key, act)

    @bindings.add("enter", filter=asking, eager=True)
    def _(event: KeyPressEvent) -> None:
        _perform(event, terminal, lambda held: answer(held, held.typed.text))

    @bindings.add("escape", filter=asking, eager=True)
    def _(event: KeyPressEvent) -> None:
        _perform(event, terminal, give_up)

    @bindings.add("q", filter=~asking, eager=True)
    @bindings.add("c-c", eager=True)
    @bindings.add("c-d", filter=~asking, eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit()

    return bindings


def _perform(event: KeyPressEvent, terminal: Terminal, act: Act) -> None:
    """Do what a key asks for, then give the keys to the prompt or to the screen."""
    try:
        act(terminal)
    except CounterstreamError as error:  # the disk is full, for instance: nothing more can be kept
        event.app.exit(exception=error)
        return
    layout = event.app.layout
    if terminal.prompt is not None:
        layout.focus(terminal.typed)
    else:
        layout.focus(next(window for window in layout.find_all_windows() if isinstance(window.content, _ScreenControl)))


# ---- what the keys do


def press(terminal: Terminal, key: str) -> None:
    """Do what a key does while nothing is asked; other keys do nothing."""
    ACTS.get(key, lambda held: None)(terminal)


def answer(terminal: Terminal, text: str) -> None:
    """Take the answer to what is asked."""
    prompt = terminal.prompt
    terminal.prompt = None
    if prompt is not None:
        prompt.take(text)


def give_up(terminal: Terminal) -> None:
    """Ask no more."""
    terminal.prompt = None
    terminal.session.message = "given up; nothing was changed"


def _ask(terminal: Terminal, label: str, take: Callable[[str], None], text: str = "") -> None:
    """Ask for a line of text, which begins as ``text``."""
    terminal.prompt = Prompt(label, take)
    terminal.typed.set_document(Document(text, len(text)), bypass_readonly=True)


def _on_session(act: Callable[[Session], object]) -> Act:
    """Return the act on a terminal that an act on its session is."""

    def perform(terminal: Terminal) -> None:
        terminal.session.message = ""
        terminal.with_help = False
        act(terminal.session)

    return perform


def _ask_field(terminal: Terminal) -> None:
    """Ask which field to edit."""
    if (item := current_item(terminal.session)) is not None:
        terminal.session.message = ", ".join(fields_of(item))
        _ask(terminal, "field: ", lambda name: _ask_content(terminal, name.strip()))


def _ask_content(terminal: Terminal, begun: str) -> None:
    """Ask for the content of a field, whose name may be cut short."""
    session = terminal.session
    item = current_item(session)
    if item is None:
        return
    known = fields_of(item)
    names = [begun] if begun in known else [name for name in known if begun and name.startswith(begun)]
    if len(names) != 1:
        session.message = f"{begun or 'nothing'} is no field: {', '.join(names or known)}"
        return
    name = names[0]
    session.message = known[name].allowed
    _ask(terminal, f"{name}: ", lambda text: _edit(session, name, text), show_field(item, name))


def _edit(session: Session, name: str, text: str) -> None:
    deciding.edit(session, name, text)


def _ask_split(terminal: Terminal) -> None:
    """Ask where to split."""
    if (item := current_item(terminal.session)) is not None:
        terminal.session.message = "put | between the parts"
        words = " ".join(item.anchor.quote.split())
        _ask(terminal, "split: ", lambda text: _split(terminal.session, text), words)


def _split(session: Session, text: str) -> None:
    marking.split(session, text)


def _ask_missed(terminal: Terminal) -> None:
    """Ask for the words that were missed."""
    terminal.session.message = "the words as they stand near here"
    _ask(terminal, "missed: ", lambda text: _add(terminal.session, text))


def _add(session: Session, text: str) -> None:
    marking.add_missed(session, text)


def _ask_filter(terminal: Terminal) -> None:
    """Ask what to show."""
    terminal.session.message = (
        "open accepted rejected flagged claims events migration conflicts ... unit=person text~..."
    )
    _ask(terminal, "filter: ", lambda text: _show(terminal.session, text or "all", ""), terminal.session.filter)


def _ask_order(terminal: Terminal) -> None:
    """Ask for the order."""
    terminal.session.message = "place, confidence, value or period"
    _ask(terminal, "order: ", lambda text: _show(terminal.session, "", text.strip()), terminal.session.order)


def _show(session: Session, text: str, order: str) -> None:
    try:
        show(session, text, order)
    except CounterstreamError as error:
        session.message = "; ".join(f"{p.message}; {p.mend}" for p in error.problems)


def _ask_all(terminal: Terminal, *, accepting: bool) -> None:
    """Ask whether to decide on everything that is shown."""
    session = terminal.session
    number = deciding.count_acceptable(session) if accepting else deciding.count_open(session)
    verb = "accept" if accepting else "reject"
    decide = deciding.accept_shown if accepting else deciding.reject_shown

    def take(text: str) -> None:
        if text.strip().lower() in ("y", "yes"):
            decide(session)
        else:
            session.message = "nothing was changed"

    _ask(terminal, f"{verb} {number:,}? y/n: ", take)


def _choose(number: int) -> Act:
    """Return the act that chooses a proposal by its number."""

    def choose(terminal: Terminal) -> None:
        session = terminal.session
        item = current_item(session)
        proposals = judge(session, item).proposals if item is not None else ()
        if number <= len(proposals):
            deciding.edit(session, "observable", proposals[number - 1].observable)
        else:
            session.message = f"there is no proposal {number}"

    return choose


def _toggle_help(terminal: Terminal) -> None:
    terminal.with_help = not terminal.with_help


#: What each key does while nothing is asked.
ACTS: dict[str, Act] = {
    "a": _on_session(deciding.accept),
    "x": _on_session(deciding.reject),
    "r": _on_session(deciding.reopen),
    "f": _on_session(deciding.flag),
    "space": _on_session(skip),
    "backspace": _on_session(deciding.undo),
    "n": _on_session(go_next),
    "right": _on_session(go_next),
    "down": _on_session(go_next),
    "p": _on_session(go_previous),
    "left": _on_session(go_previous),
    "up": _on_session(go_previous),
    "g": _on_session(lambda session: go_to(session, 0)),
    "G": _on_session(lambda session: go_to(session, len(session.view) - 1)),
    "e": _ask_field,
    "s": _ask_split,
    "m": _ask_missed,
    "/": _ask_filter,
    "o": _ask_order,
    "b": lambda terminal: _ask_all(terminal, accepting=True),
    "X": lambda terminal: _ask_all(terminal, accepting=False),
    "?": _toggle_help,
    **{str(number): _choose(number) for number in range(1, 10)},
}
