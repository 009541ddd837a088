"""Commands about the files of a case: ``new``, ``check``, ``schema``."""

from __future__ import annotations

import json
import shutil
import tempfile
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from counterstream.cli import codes
from counterstream.cli.arguments import AsJson
from counterstream.cli.checking import check_files
from counterstream.cli.telling import make_printable, print_json, print_line, reporting
from counterstream.errors import CounterstreamError, Problem

TEMPLATE = "template"


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The folder to make.")],
    as_json: AsJson = False,
) -> None:
    """Make a new case from a small commented template, which runs at once."""
    with reporting(as_json=as_json):
        files = copy_template(name)
        if as_json:
            print_json({"folder": name, "files": files, "problems": []})
            return
        print_line(f"{name}: {', '.join(files)}")
        print_line(f"next: counterstream check {name}")


def copy_template(name: str) -> list[str]:
    """Copy the template into a new folder, whole or not at all; return the names of its files.

    Raises
    ------
    CounterstreamError
        If the folder exists (U101), if the name cannot be a folder's (U102).
    """
    if not name.strip() or not name.isprintable():
        mend = "use letters, digits and dashes"
        raise CounterstreamError(
            Problem(codes.BAD_NAME, "a case cannot have this name", found=make_printable(name), mend=mend)
        )
    folder = Path(name)
    # Also true of a link that leads nowhere.
    if folder.exists() or folder.is_symlink():
        mend = "choose another name; nothing was written"
        raise CounterstreamError(Problem(codes.FOLDER_EXISTS, "this exists already", name, mend=mend))
    if not folder.absolute().parent.is_dir():
        mend = f"make {folder.parent} first, or choose another place"
        raise CounterstreamError(
            Problem(codes.BAD_NAME, "the folder to put the case in does not exist", name, mend=mend)
        )
    root = Path(str(resources.files("counterstream.cases"))) / TEMPLATE
    sources = sorted(path for path in root.iterdir() if path.is_file())
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.absolute().parent) as scratch:
        whole = Path(scratch) / "case"
        whole.mkdir()
        for source in sources:
            # The content alone: installed files may be read-only.
            shutil.copyfile(source, whole / source.name)
        whole.rename(folder.absolute())
    return [source.name for source in sources]


def check(
    case: Annotated[str, typer.Argument(metavar="CASE", help="A folder with a system.yaml, or a bundled case.")] = ".",
    as_json: AsJson = False,
) -> None:
    """Check the files of a case and name all errors at once."""
    check_files(case, as_json=as_json)


def schema(
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Write to a file.", show_default="print it")
    ] = None,
) -> None:
    """Print the JSON Schema of system.yaml, for editors."""
    from counterstream.spec import json_schema
    from counterstream.store.atomic import write_text

    text = json.dumps(json_schema(), indent=2)
    with reporting():
        if out is None:
            print(text, flush=True)
        else:
            write_text(out, text + "\n")
            print_line(str(out))
