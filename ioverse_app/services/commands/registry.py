"""The commands that there are: functions whose docstring is their help.

Their annotations convert and check what is typed: `str` is a word, `Text` all that is left,
`*words: str` every word that is left; `int`, `float`, `Literal[…]` and unions of these are what
they say. An argument with a default may be left out.
"""

from __future__ import annotations

import difflib
import inspect
import types
import typing
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from ioverse_app.errors import Invalid
from ioverse_app.services.commands.outcome import Outcome
from ioverse_app.services.commands.reading import first_word, words

Text = Annotated[str, "all that is left"]
Function = Callable[..., Awaitable[Outcome]]

KINDS = {int: "a whole number", float: "a number", str: "a word"}


@dataclass(frozen=True, slots=True)
class Argument:
    """What may follow a command: one of several kinds, each a type or a word that is meant."""

    name: str
    kinds: tuple[Any, ...]
    required: bool
    takes: Literal["word", "words", "text"] = "word"

    @property
    def usage(self) -> str:
        """As it is written in a usage: `<needed>` or `[optional]`, with `…` for many words."""
        choices = [kind for kind in self.kinds if isinstance(kind, str)]
        name = "|".join([*choices, *([self.name] if len(choices) < len(self.kinds) else [])])
        name = name if self.takes == "word" else f"{name}…"
        return f"<{name}>" if self.required else f"[{name}]"


@dataclass(frozen=True, slots=True)
class Command:
    """A command, ready to be called with a desk and its arguments."""

    name: str
    aliases: tuple[str, ...]
    help: str
    arguments: tuple[Argument, ...]
    function: Function

    @property
    def usage(self) -> str:
        """How it is written."""
        return " ".join([f"/{self.name}", *(one.usage for one in self.arguments)])


@dataclass(frozen=True, slots=True)
class Known:
    """A command as people are told of it."""

    name: str
    usage: str
    help: str
    aliases: tuple[str, ...]


_commands: dict[str, Command] = {}
_names: dict[str, Command] = {}


def command(*aliases: str) -> Callable[[Function], Function]:
    """Register a function as a command, by its own name and these."""

    def register(function: Function) -> Function:
        name = function.__name__.strip("_")
        made = Command(
            name, aliases, inspect.getdoc(function) or "", _arguments(function), function
        )
        for each in (name, *aliases):
            if each.startswith("_") or each in _names:
                raise ValueError(f"/{each} cannot be the name of another command")
            _names[each] = made
        _commands[name] = made
        return function

    return register


def known() -> list[Known]:
    """Every command, by its name."""
    return [
        Known(one.name, one.usage, one.help, one.aliases) for _, one in sorted(_commands.items())
    ]


def find(name: str) -> Command:
    """The command of this name; raises Invalid, with the nearest, for one unknown."""
    name = name.lower()
    if found := _names.get(name):
        return found
    near = difflib.get_close_matches(name, _names, n=1, cutoff=0.5)
    meant = f"Did you mean /{near[0]}?" if near else "/help lists all that there are."
    raise Invalid(
        f"There is no command /{name[:40]}. {meant} To send it as a message, begin with //.",
        code="command_unknown",
    )


def called(command: Command, rest: str) -> list[Any]:
    """What follows a command, converted to what it takes; raises Invalid with its usage."""
    values: list[Any] = []
    for one in command.arguments:
        if one.takes == "words":
            values += words(rest)
            rest = ""
            continue
        if one.takes == "text":
            word, rest = rest.strip(), ""
        else:
            word, rest = first_word(rest)
        if not word:
            if one.required:
                raise _wrong(command, f"/{command.name} needs {one.usage}.")
            return values
        values.append(_converted(command, one, word))
    if rest.strip():
        most = "nothing more" if not command.arguments else "less than that"
        raise _wrong(command, f"/{command.name} takes {most}.")
    return values


def _converted(command: Command, one: Argument, word: str) -> Any:
    for kind in one.kinds:
        if kind is str:
            return word
        if isinstance(kind, str):
            if word.lower() == kind:
                return kind
            continue
        try:
            return kind(word)
        except ValueError:
            continue
    wanted = " or ".join(kind if isinstance(kind, str) else KINDS[kind] for kind in one.kinds)
    raise _wrong(command, f"/{command.name} takes {wanted} as its {one.name}, not “{word[:40]}”.")


def _wrong(command: Command, sentence: str) -> Invalid:
    return Invalid(f"{sentence} Write: {command.usage}", code="command_arguments")


def _arguments(function: Function) -> tuple[Argument, ...]:
    hints = typing.get_type_hints(function, include_extras=True)
    _, *parameters = inspect.signature(function).parameters.values()
    return tuple(_argument(one, hints[one.name]) for one in parameters)


def _argument(one: inspect.Parameter, hint: Any) -> Argument:
    if one.kind == one.VAR_POSITIONAL:
        return Argument(one.name, (str,), False, "words")
    required = one.default is one.empty
    return Argument(one.name, tuple(_kinds(hint)), required, "text" if _is_text(hint) else "word")


def _kinds(hint: Any) -> Sequence[Any]:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return [kind for each in typing.get_args(hint) for kind in _kinds(each)]
    if origin is Literal:
        return typing.get_args(hint)
    if origin is Annotated:
        return _kinds(typing.get_args(hint)[0])
    return [] if hint is type(None) else [hint]


def _is_text(hint: Any) -> bool:
    return hint == Text or Text in typing.get_args(hint)
