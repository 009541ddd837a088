"""The documentation's examples, executed page by page, in order, each page in a folder of its own.

How a page says what to do with a block:

* ``console``: each line that begins with ``$ `` is run by the shell.  Lines below a command are the output that it
  must print; ``...`` stands for anything.  A command without such lines has only to succeed.
* ``python``: run in one namespace for the page.
* any block with a ``title="path"``: written to that file.

A comment above a block changes this::

    <!-- example: exit 1 -->             the block's last command must end with this status
    <!-- example: output -->             the block is what the Python block before it must print
    <!-- example: append -->             the block is added at the end of the file of its title
    <!-- example: after "moves:" -->     the block is put into the file, below that line
    <!-- example: replace "old" -->      the block takes the place of that line
    <!-- example: not run, because -->   the block is only read
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
MATCHING = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w+)?(?P<rest>.*)$")
_ORDER = re.compile(r"^ *<!-- example: (?P<order>.+?) -->$")
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: where it is, what it holds and what is to be done with it."""

    place: str
    line: int
    language: str
    title: str
    order: str
    text: str


def read_blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text(encoding="utf-8").splitlines()
    order, number = "", 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if found := _ORDER.match(line):
            order = found["order"]
        elif (fence := _FENCE.match(line)) and fence["language"]:
            start = number
            while lines[number].strip() != "```":
                number += 1
            body = [text.removeprefix(fence["indent"]) for text in lines[start:number]]
            title = _TITLE.search(fence["rest"])
            place = f"{page.name}:{start}"
            yield Block(place, start, fence["language"], title[1] if title else "", order, "\n".join(body) + "\n")
            order, number = "", number + 1
        elif line.strip():
            order = ""


def split_commands(block: Block) -> list[tuple[str, str]]:
    """Return each command of a console block with the output stated below it."""
    commands: list[tuple[str, str]] = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            commands.append((line[2:], ""))
        elif commands and commands[-1][0].endswith("\\\n"):
            commands[-1] = (commands[-1][0] + line, "")
        elif commands:
            commands[-1] = (commands[-1][0], commands[-1][1] + line)
        else:
            pytest.fail(f"{block.place}: a console block begins with a command, marked by a dollar sign")
    return commands


def expect_output(place: str, stated: str, printed: str) -> None:
    if not doctest.OutputChecker().check_output(stated, printed, MATCHING):
        pytest.fail(f"{place}: the page says\n{stated}\nbut this was printed\n{printed}", pytrace=False)


def edit_file(block: Block, path: Path) -> None:
    verb, _, argument = block.order.partition(" ")
    if verb == "":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return
    before = path.read_text(encoding="utf-8")
    if verb == "append":
        path.write_text(before + block.text, encoding="utf-8")
        return
    line = argument.strip('"')
    if verb not in ("after", "replace") or before.splitlines().count(line) != 1:
        pytest.fail(f"{block.place}: cannot do {block.order!r}: {path.name} must hold that line once", pytrace=False)
    text = f"{line}\n{block.text}" if verb == "after" else block.text
    path.write_text(before.replace(f"{line}\n", text, 1), encoding="utf-8")


class PageRun:
    """One page's folder, Python namespace and last output."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.namespace: dict[str, object] = {"__name__": "__page__"}
        self.printed = ""

    def do(self, block: Block) -> None:
        if block.order.startswith("not run, "):
            return
        if block.order == "output":
            expect_output(block.place, block.text, self.printed)
        elif block.title:
            edit_file(block, self.folder / block.title)
        elif block.language == "console":
            self._run_console(block)
        elif block.language == "python":
            self._run_python(block)
        elif block.order:
            pytest.fail(f"{block.place}: cannot do {block.order!r} with a {block.language} block", pytrace=False)

    def _run_console(self, block: Block) -> None:
        commands = split_commands(block)
        for number, (command, stated) in enumerate(commands, start=1):
            last = number == len(commands)
            expected = int(block.order.removeprefix("exit ")) if last and block.order.startswith("exit ") else 0
            ran = subprocess.run(
                ["bash", "-c", command],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if ran.returncode != expected:
                told = f"{block.place}: $ {command}ended with {ran.returncode}, not {expected}:\n{ran.stdout}"
                pytest.fail(told, pytrace=False)
            if stated:
                expect_output(block.place, stated, ran.stdout)

    def _run_python(self, block: Block) -> None:
        # Empty lines before the code make a traceback point at the page's own lines.
        code = compile("\n" * block.line + block.text, block.place, "exec")
        printed = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(printed):
            exec(code, self.namespace)
        self.printed = printed.getvalue()


@pytest.fixture
def page_run(tmp_path: Path) -> PageRun:
    """A folder in which ``counterstream`` runs the package under test."""
    scripts = Path(sysconfig.get_path("scripts"))
    if not (scripts / "counterstream").exists():
        # The package is on the path without being installed.
        scripts = tmp_path / "bin"
        scripts.mkdir()
        code = "import sys; from counterstream.cli import main; sys.exit(main())"
        (scripts / "counterstream").write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
        (scripts / "counterstream").chmod(0o755)
    folder = tmp_path / "page"
    folder.mkdir()
    path = f"{scripts}{os.pathsep}{os.environ['PATH']}"
    return PageRun(folder, {**os.environ, "PATH": path, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "120"})


def _has_examples(page: Path) -> bool:
    return any(block.title or block.language in ("console", "python") for block in read_blocks(page))


@pytest.mark.docs
@pytest.mark.parametrize("page", [p for p in PAGES if _has_examples(p)], ids=lambda p: str(p.relative_to(ROOT)))
def test_page(page: Path, page_run: PageRun) -> None:
    for block in read_blocks(page):
        page_run.do(block)


def _do_page(page_run: PageRun, text: str) -> None:
    page = page_run.folder / "page.md"
    page.write_text(text, encoding="utf-8")
    for block in read_blocks(page):
        page_run.do(block)


def test_right_page_passes(page_run: PageRun) -> None:
    _do_page(
        page_run,
        '```yaml title="a.yaml"\none: 1\nthree: 3\n```\n'
        '<!-- example: after "one: 1" -->\n```yaml title="a.yaml"\ntwo: 2\n```\n'
        '<!-- example: replace "three: 3" -->\n```yaml title="a.yaml"\nthree: 4\n```\n'
        "```console\n$ cat a.yaml\none: 1\n...\nthree: 4\n```\n"
        "```python\nfrom pathlib import Path\nlines = Path('a.yaml').read_text().split()\n```\n"
        "Words between.\n"
        "```python\nprint(len(lines))\n```\n<!-- example: output -->\n```text\n6\n```\n"
        "<!-- example: exit 3 -->\n```console\n$ exit 3\n```\n"
        "<!-- example: not run, it never ends -->\n```console\n$ sleep infinity\n```\n",
    )


@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ false\n```\n",
        "```console\n$ echo one\ntwo\n```\n",
        "```console\n$ true\n$ false\n$ true\n```\n",
        "<!-- example: exit 1 -->\n```console\n$ true\n```\n",
        "```console\nno dollar sign\n```\n",
        "```python\nprint(1)\n```\n<!-- example: output -->\n```text\n2\n```\n",
        '```yaml title="a"\nb: 1\n```\n<!-- example: after "c:" -->\n```yaml title="a"\nd: 1\n```\n',
    ],
)
def test_wrong_page_fails(text: str, page_run: PageRun) -> None:
    with pytest.raises(pytest.fail.Exception):
        _do_page(page_run, text)


def test_python_error_is_at_the_line_of_the_page(page_run: PageRun) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _do_page(page_run, "# Title\n\n```python\n1 / 0\n```\n")
    assert caught.traceback[-1].lineno + 1 == 4


def test_readme_prints_the_commands_that_are_checked() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    run = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/counterstream run soviet-third-wave"
    test = 'python3 -m venv .venv && .venv/bin/pip install ".[test]" && .venv/bin/python -m pytest'
    assert (lines.count(run), lines.count(test)) == (1, 1)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_to_files_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [t.partition("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if not t.startswith("http")]
    assert [t for t in targets if not (ROOT / t).exists()] == []
