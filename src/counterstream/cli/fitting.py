"""The options of every command that fits, stated once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from counterstream.cli.arguments import Chains, Draws, Quick, Sampler, Seed, Warm

#: Fields of ``FitSettings`` that were asked for.
FitFlags = Mapping[str, object]
NO_FLAGS: FitFlags = {}
#: Option of a command: its type, and the field of ``FitSettings`` that it sets.
FIT_OPTIONS: dict[str, tuple[Any, str]] = {
    "quick": (Quick, "quick"),
    "sampler": (Sampler, "sampler"),
    "chains": (Chains, "n_chains"),
    "warm": (Warm, "n_warm"),
    "draws": (Draws, "n_draws"),
    "seed": (Seed, "seed"),
}


def takes_fit_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a fit, in place of its parameter ``flags``.

    The command gets as ``flags`` the fields of ``FitSettings`` that were asked for, by their names.
    Typer reads options from a signature, so the signature is what is changed.
    """

    @wraps(command)
    def asked(*arguments: Any, **given: Any) -> None:
        flags: dict[str, object] = {}
        for option, (_, field) in FIT_OPTIONS.items():
            value = given.pop(option, None)
            if value is not None:
                # A word of an option's list is text like any other once it has been read.
                flags[field] = str(value) if isinstance(value, str) else value
        command(*arguments, flags=flags, **given)

    signature = inspect.signature(command, eval_str=True)
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, (kind, _) in FIT_OPTIONS.items()
    ]
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        if parameter.name == "flags":
            parameters.extend(options)
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
    asked.__signature__ = signature.replace(parameters=parameters)  # pyright: ignore[reportAttributeAccessIssue]
    asked.__annotations__ = {p.name: p.annotation for p in parameters}
    return asked
