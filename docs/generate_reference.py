"""Write the reference pages from the code while the site is built (run by mkdocs-gen-files)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import mkdocs_gen_files
import typer.main

import counterstream
from counterstream import cli
from counterstream.evidence.schema import CLAIMS, EVENTS, SOURCES, TableSchema
from counterstream.spec import json_schema


def write_page(name: str, lines: Iterator[str]) -> None:
    with mkdocs_gen_files.open(f"reference/{name}.md", "w") as page:
        page.write("\n".join(lines) + "\n")


def cell(text: str) -> str:
    """Return text that cannot break a table."""
    return " ".join(text.split()).replace("|", "\\|")


def describe_codes() -> Iterator[str]:
    yield "# Error codes\n"
    yield "Every message about input begins with a code. The code is stable; the sentence may be improved. Messages"
    yield "name the file, line and column, what was found, what is allowed and how to mend it. `--json` gives the same"
    yield "as data.\n"
    yield "| code | means |"
    yield "|---|---|"
    found: dict[str, str] = {}
    for module in pkgutil.walk_packages(counterstream.__path__, "counterstream."):
        if module.name.endswith(".codes"):
            found.update(importlib.import_module(module.name).CODES)
    for code, meaning in sorted(found.items()):
        yield f"| `{code}` | {cell(meaning)} |"


def describe_table(schema: TableSchema) -> Iterator[str]:
    yield f"\n## `{schema.file}`\n"
    yield "| column | holds | must be filled | meaning |"
    yield "|---|---|---|---|"
    for column in schema.columns:
        holds = ", ".join(f"`{choice}`" for choice in column.choices) if column.choices else column.type
        filled = "may be absent" if column.optional else "yes" if column.filled or column.name == schema.key else ""
        yield f"| `{column.name}` | {holds} | {filled} | {cell(column.description)} |"


def describe_ledger() -> Iterator[str]:
    yield "# The ledger\n"
    yield "Three tables of text, UTF-8, separated by commas, one heading line. Nothing is guessed: `NA` is Namibia,"
    yield "`007` is a locator, a number has no separators between its digits, a date is `YYYY-MM-DD`. Empty means not"
    yield "stated."
    yield "`claims.csv` and `sources.csv` must be there; `events.csv` may be absent. What hedges do is told in"
    yield "[Evidence](../explanation/evidence.md)."
    for schema in (CLAIMS, SOURCES, EVENTS):
        yield from describe_table(schema)


def name_type(schema: dict[str, Any]) -> str:
    """Say in words what a JSON Schema allows."""
    if "$ref" in schema:
        name = name_referred(schema)
        return f"[{name}](#{name})"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(name_type(part) for part in schema[key]))
    kinds = schema.get("type", "anything")
    kinds = [kind for kind in kinds if kind != "null"] if isinstance(kinds, list) else [kinds]
    return " or ".join(name_kind(kind, schema) for kind in kinds)


def name_kind(kind: str, schema: dict[str, Any]) -> str:
    if kind == "array":
        return f"list of: {name_type(schema.get('items', {}))}"
    values = schema.get("additionalProperties")
    if kind == "object" and isinstance(values, dict):
        return f"names, each with: {name_type(values)}"
    words = {"string": "text", "boolean": "true or false", "integer": "whole number", "object": "mapping"}
    return words.get(kind, kind)


def name_referred(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def find_references(part: object) -> Iterator[str]:
    """Yield names of the definitions that a part of a schema refers to, in order."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield name_referred(part)
        for inner in part.values():
            yield from find_references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from find_references(inner)


def describe_definition(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"\n## {name}\n"
    if "description" in schema:
        yield str(schema["description"]).strip() + "\n"
    if "properties" not in schema:
        yield f"Holds {name_type(schema)}."
        return
    yield "| field | holds | meaning |"
    yield "|---|---|---|"
    for field, inner in schema["properties"].items():
        needed = " **Required.**" if field in schema.get("required", ()) else ""
        yield f"| `{field}` | {cell(name_type(inner))} | {cell(inner.get('description', ''))}{needed} |"


def describe_system_file() -> Iterator[str]:
    schema = json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    yield "# The system file\n"
    yield "`system.yaml` is YAML 1.2. Its JSON Schema comes with the package (`counterstream schema` prints it); an"
    yield "editor that knows the schema completes and checks as you type. Defaults are filled in once, when the file is"
    yield "read; the full form is written beside every run. What the parts mean is told in"
    yield "[Moves](../explanation/moves.md) and [Signals and feedback](../explanation/signals.md)."
    waiting, done = [name_referred(schema)], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name not in done:
            done.add(name)
            yield from describe_definition(name, definitions[name])
            waiting.extend(find_references(definitions[name]))


def describe_command(command: Any, name: str) -> Iterator[str]:
    # Typer brings its own copy of click, so its classes are known by what they can do.
    context = command.context_class(command, info_name=name)
    if hasattr(command, "list_commands"):
        for child in command.list_commands(context):
            yield from describe_command(command.get_command(context, child), f"{name} {child}")
        return
    yield f"\n## `{name}`\n"
    # A form feed ends the part of a help text that is meant for people.
    yield (command.help or "").partition("\f")[0].strip() + "\n"
    yield "| argument or option | meaning |"
    yield "|---|---|"
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record is not None:
            yield f"| `{cell(record[0])}` | {cell(record[1])} |"


def describe_commands() -> Iterator[str]:
    yield "# Commands\n"
    yield "Every command has `--help`. It ends with 0 when all is well, with 1 when the work says no (an invalid file,"
    yield "an unfit fit) and with 2 when the command was misused."
    yield from describe_command(typer.main.get_command(cli.app), "counterstream")


def describe_python() -> Iterator[str]:
    yield "# Python\n"
    yield "The public names of `counterstream`. They load when they are first used: reading and checking a case never"
    yield "waits for JAX.\n"
    for target in counterstream._PUBLIC.values():
        yield f"::: {target.replace(':', '.')}\n"


write_page("codes", describe_codes())
write_page("ledger", describe_ledger())
write_page("system-file", describe_system_file())
write_page("commands", describe_commands())
write_page("python", describe_python())
