"""Parameters: how a conversation's answers are asked for. Names, ranges and help, as data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import Invalid
from ioverse_app.providers import catalogue
from ioverse_app.providers.catalogue import Profile
from ioverse_app.services import conversations
from ioverse_app.services.notices import SettingsChanged, tell_after
from ioverse_app.tables import Conversation, User

SYSTEM_PROMPT = "You are a helpful assistant."
SYSTEM_PROMPT_MAX = 32_000
STOPS_MAX = 4
STOP_MAX = 200
SEED_MAX = 2**31 - 1

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that can be set. `default` is what holds until then; None: the provider's choice.

    A number lies between `low` and `high`; a text or the list of `lines` has at most `high`
    characters or entries; a choice is one of `choices`.
    """

    name: str
    label: str
    help: str
    kind: Literal["number", "integer", "choice", "lines", "text"]
    low: float | None = None
    high: float | None = None
    step: float | None = None
    default: float | str | None = None
    choices: tuple[str, ...] = ()


ALL = (
    Parameter(
        "system_prompt",
        "System prompt",
        "What the model is told before the conversation: its role, its tone, its rules.",
        "text",
        high=SYSTEM_PROMPT_MAX,
        default=SYSTEM_PROMPT,
    ),
    Parameter(
        "temperature",
        "Temperature",
        "Low values give sober, repeatable answers; high values give more surprising ones.",
        "number",
        low=0,
        high=2,
        step=0.1,
        default=1,
    ),
    Parameter(
        "top_p",
        "Top P",
        "Choose only among the likeliest words that make up this share; 1 allows every word.",
        "number",
        low=0,
        high=1,
        step=0.05,
        default=1,
    ),
    Parameter(
        "max_output_tokens",
        "Output length",
        "The most tokens that an answer may have; a token is about three quarters of a word.",
        "integer",
        low=1,
        step=1,
    ),
    Parameter(
        "repetition_penalty",
        "Repetition penalty",
        "Above 1, words that were already used become less likely, so that little is repeated.",
        "number",
        low=1,
        high=2,
        step=0.01,
        default=1,
    ),
    Parameter(
        "frequency_penalty",
        "Frequency penalty",
        "The more often a word was used, the less likely it becomes; negative values do the "
        "opposite.",
        "number",
        low=-2,
        high=2,
        step=0.1,
        default=0,
    ),
    Parameter(
        "presence_penalty",
        "Presence penalty",
        "Words that were used at all become less likely, which leads to new topics.",
        "number",
        low=-2,
        high=2,
        step=0.1,
        default=0,
    ),
    Parameter(
        "reasoning_effort",
        "Reasoning effort",
        "How long the model thinks before it answers. More takes longer and costs more.",
        "choice",
    ),
    Parameter(
        "seed",
        "Seed",
        "The same number with the same question gives the same answer, as far as the model can.",
        "integer",
        low=0,
        high=SEED_MAX,
        step=1,
    ),
    Parameter(
        "stop",
        "Stop sequences",
        f"The answer ends where one of these appears: up to {STOPS_MAX}, one per line.",
        "lines",
        high=STOPS_MAX,
    ),
)
"""Every parameter, in the order of the panel, as it is without a certain model in mind."""

BY_NAME = {parameter.name: parameter for parameter in ALL}
ALSO_CALLED = {"output_length": "max_output_tokens"}


def offered(profile: Profile) -> list[Parameter]:
    """What this model takes, with its own limits and defaults. All take a system prompt."""
    taken = profile.parameters | {"system_prompt"}
    return [_of_model(one, profile) for one in ALL if one.name in taken]


def checked(profile: Profile, values: Values) -> dict[str, Any]:
    """The values under their own names, None for those to be reset.

    Raises Invalid for an unknown name, and for a value that this model does not allow. What it
    does not take at all is checked against the widest range, since another model may.
    """
    known = BY_NAME | {parameter.name: parameter for parameter in offered(profile)}
    found: dict[str, Any] = {}
    for given, value in values.items():
        name = ALSO_CALLED.get(given, given)
        if name not in known:
            raise _invalid(
                f"There is no parameter “{_clean(given)[:40]}”. There are: {', '.join(BY_NAME)}.",
                _clean(given),
            )
        found[name] = _checked_value(known[name], value)
    return found


def merged(profile: Profile, kept: Values, changes: Values) -> dict[str, Any]:
    """What is kept after these changes. A change to None resets."""
    values = {**kept, **checked(profile, changes)}
    return {name: value for name, value in values.items() if value is not None}


def fitted(profile: Profile, values: Values) -> dict[str, Any]:
    """What was kept under another model, brought into this model's limits.

    What this model does not take stays as it is, and `profile.taken` leaves it out.
    """
    found = dict(values)
    for parameter in offered(profile):
        value = found.get(parameter.name)
        if value is None:
            continue
        if parameter.kind == "choice" and value not in parameter.choices:
            del found[parameter.name]
        elif parameter.kind == "integer" and parameter.high is not None:
            found[parameter.name] = min(value, int(parameter.high))
    return found


async def set(
    session: AsyncSession,
    user: User,
    conversation_id: str,
    values: Values,
    *,
    model: str | None = None,
) -> Conversation:
    """Change some parameters of a conversation, as `model` or the conversation's own takes them."""
    conversation = await conversations.get(session, user, conversation_id)
    profile = catalogue.profile(model or conversation.model or "")
    conversation.parameters = merged(profile, conversation.parameters, values)
    tell_after(session, user.id, SettingsChanged(conversation.id))
    return conversation


async def reset(session: AsyncSession, user: User, conversation_id: str) -> Conversation:
    """Let every parameter of a conversation have its default again."""
    conversation = await conversations.get(session, user, conversation_id)
    conversation.parameters = {}
    tell_after(session, user.id, SettingsChanged(conversation.id))
    return conversation


def _of_model(parameter: Parameter, profile: Profile) -> Parameter:
    default = profile.defaults.get(parameter.name, parameter.default)
    match parameter.name:
        case "max_output_tokens":
            limit = profile.output_limit or profile.context_window // 2
            return replace(parameter, high=limit, default=default)
        case "reasoning_effort":
            return replace(parameter, choices=profile.reasoning_efforts, default=default)
        case _:
            return replace(parameter, default=default)


def _checked_value(parameter: Parameter, value: Any) -> Any:
    if value is None:
        return None
    match parameter.kind:
        case "number" | "integer":
            return _number(parameter, value)
        case "choice":
            return _choice(parameter, value)
        case "lines":
            return _lines(parameter, value)
        case "text":
            return _text(parameter, value)


def _number(parameter: Parameter, value: Any) -> float:
    whole = parameter.kind == "integer"
    low = -math.inf if parameter.low is None else parameter.low
    high = math.inf if parameter.high is None else parameter.high
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high or (whole and value % 1):
        kind = "a whole number" if whole else "a number"
        limits = f"of {low:,} or more" if high == math.inf else f"from {low:,} to {high:,}"
        raise _invalid(f"{parameter.label} is {kind} {limits}.", parameter.name)
    return int(value) if whole else value


def _choice(parameter: Parameter, value: Any) -> str:
    """One of the choices; where another model would have them, any word."""
    known = value in parameter.choices if parameter.choices else _is_word(value)
    if not known:
        choices = ", ".join(parameter.choices) or "a single word"
        raise _invalid(f"{parameter.label} is one of: {choices}.", parameter.name)
    return value


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value.isalpha() and value.isascii() and len(value) <= 16


def _lines(parameter: Parameter, value: Any) -> list[str] | None:
    given = value.splitlines() if isinstance(value, str) else value
    if not isinstance(given, Sequence) or not all(isinstance(line, str) for line in given):
        raise _invalid(f"{parameter.label} are texts, one per line.", parameter.name)
    lines = [clean for line in given if (clean := _clean(line))]
    if len(lines) > STOPS_MAX or any(len(line) > STOP_MAX for line in lines):
        raise _invalid(
            f"{parameter.label} are at most {STOPS_MAX} lines of up to {STOP_MAX} characters.",
            parameter.name,
        )
    return lines or None


def _text(parameter: Parameter, value: Any) -> str | None:
    if not isinstance(value, str):
        raise _invalid(f"{parameter.label} is a text.", parameter.name)
    text = _clean(value).strip()
    if len(text) > SYSTEM_PROMPT_MAX:
        raise _invalid(
            f"{parameter.label} has {len(text):,} characters; {SYSTEM_PROMPT_MAX:,} is the most.",
            parameter.name,
        )
    return text or None


def _clean(text: str) -> str:
    """Without what no database keeps and no provider takes."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def _invalid(sentence: str, name: str) -> Invalid:
    return Invalid(sentence, code="parameter_invalid", parameter=name)
