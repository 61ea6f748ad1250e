"""Commands that set what holds for the next answers."""

from __future__ import annotations

import difflib
from typing import Any, Literal

from ioverse_app.errors import Invalid
from ioverse_app.providers import registry
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.provider import Model
from ioverse_app.services import parameters, paying, translations
from ioverse_app.services.commands.desk import Desk
from ioverse_app.services.commands.history import put_away
from ioverse_app.services.commands.outcome import Outcome, Reply
from ioverse_app.services.commands.registry import Text, command

Number = float | Literal["default"]


@command()
async def system(desk: Desk, text: Text | None = None) -> Outcome:
    """Show or set the system prompt: what the model is told before the conversation."""
    if text is None:
        prompt = (await desk.look()).parameters.get("system_prompt")
        return Reply(f"The system prompt is{'' if prompt else ' the default'}:\n\n"
                     f"{_quoted(prompt or parameters.SYSTEM_PROMPT)}")  # fmt: skip
    await _set(desk, "system_prompt", text)
    return Reply(f"The system prompt is now:\n\n{_quoted(text)}")


@command("temperature", "settemperature")
async def temp(desk: Desk, value: Number | None = None) -> Outcome:
    """Show or set the temperature: low for sober answers, high for surprising ones."""
    return await _number(desk, "temperature", value)


@command("settopp")
async def topp(desk: Desk, value: Number | None = None) -> Outcome:
    """Show or set top P: the share of the likeliest words that the model chooses from."""
    return await _number(desk, "top_p", value)


@command("changemodel")
async def model(desk: Desk, name: Text | None = None) -> Outcome:
    """List the models, or let another one give the next answers."""
    offered = (await paying.available(desk.user)).models
    now = await desk.ref() if offered else ""
    if name is None:
        if not offered:
            return Reply(registry.NOTHING_CONNECTED)
        return Reply("\n".join(
            f"- `{one.ref}` {one.label}{' (**chosen**)' if one.ref == now else ''}"
            for one in offered
        ))  # fmt: skip
    chosen = _named(name, offered)
    async with desk.settings() as chat:
        chat.model = chosen.ref
    return Reply(f"Model changed to **{chosen.label}**.")


@command()
async def reset(desk: Desk) -> Outcome:
    """Empty the chat, and let its parameters, facts and languages be as in a new one."""
    await desk.still()
    async with desk.settings() as chat:
        chat.parameters, chat.facts = {}, {}
        translations.end(chat)
    removed = await put_away(desk)
    return Reply(f"The chat begins anew, with every setting at its default. {removed}".strip())


async def _number(desk: Desk, name: str, value: Number | None) -> Outcome:
    profile = await desk.profile()
    label = parameters.BY_NAME[name].label
    before = _shown(profile, (await desk.look()).parameters, name)
    if value is None:
        return Reply(f"{label} is **{before}**.")
    kept = await _set(desk, name, None if value == "default" else value)
    after = _shown(profile, kept, name)
    said = f"{label} changed from **{before}** to **{after}**."
    if name not in profile.parameters:
        said += f" {profile.label} does not take it; it holds for models that do."
    return Reply(said)


async def _set(desk: Desk, name: str, value: Any) -> dict[str, Any]:
    profile = await desk.profile()
    async with desk.settings() as chat:
        chat.parameters = parameters.merged(profile, chat.parameters, {name: value})
        return chat.parameters


def _shown(profile: Profile, values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    if value is not None:
        return f"{value:g}"
    default = profile.defaults.get(name, parameters.BY_NAME[name].default)
    return f"{default:g} (default)"


def _named(name: str, offered: tuple[Model, ...]) -> Model:
    """The model with this name, or the only one that it is a part of; else raises Invalid."""
    wanted = name.strip().casefold()
    names = {one.ref: (one.ref, one.ref.partition("/")[2], one.label) for one in offered}
    exact = [one for one in offered if wanted in [n.casefold() for n in names[one.ref]]]
    partly = [one for one in offered if any(wanted in n.casefold() for n in names[one.ref])]
    if exact:
        return exact[0]
    if len(partly) == 1:
        return partly[0]
    known = {n.casefold(): one for one in offered for n in names[one.ref]}
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)
    meant = f" Did you mean {known[near[0]].label}?" if near and not partly else ""
    choices = ", ".join(one.ref.partition("/")[2] for one in (partly or offered)[:20])
    raise Invalid(f"Model must be one of: {choices}.{meant}", code="model_unknown")


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())
