"""Which providers there are, which models they have now, and who answers for a model."""

from __future__ import annotations

import asyncio
import functools
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from ioverse_app.config import settings
from ioverse_app.providers import catalogue, client, faults
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.connection import Connection
from ioverse_app.providers.embedded import Embedded
from ioverse_app.providers.errors import ModelNotFound, ProviderError
from ioverse_app.providers.presets import presets
from ioverse_app.providers.provider import Model, Provider
from ioverse_app.providers.weights import INSTALL

LIST_SECONDS = 5.0
FRESH_SECONDS = 300.0
FRESH_WITH_PROBLEMS_SECONDS = 20.0
REMEMBERED = 2000
"""Providers, each with one key, whose connections and lists are kept."""

NOTHING_CONNECTED = (
    "No model is connected. Set OPENAI_API_KEY, or OPENAI_BASE_URL for another server, "
    "add a provider in the administration, give a key of your own on the account page, "
    f"or install the demo model with: {INSTALL}"
)
NOT_CONNECTED = "This model is not connected any more. Choose another one."


@dataclass(frozen=True, slots=True)
class Available:
    """The models that can be picked now, and a sentence for each provider that failed.

    `ended` are those that a provider still lists and has shut down; `drawing` those that make
    images and do not chat.
    """

    models: tuple[Model, ...] = ()
    ended: tuple[Model, ...] = ()
    drawing: tuple[Model, ...] = ()
    problems: tuple[str, ...] = ()
    version: int = 0
    """Which state of the catalogue this was made with."""


@dataclass(frozen=True, slots=True)
class _Known:
    available: Available
    until: float


_chosen: tuple[Connection, ...] | None = None
_added: tuple[Connection, ...] = ()
_made: OrderedDict[tuple[Connection, str | None], Provider] = OrderedDict()
_known: WeakKeyDictionary[Provider, _Known] = WeakKeyDictionary()
_asking: WeakKeyDictionary[Provider, asyncio.Task[Available]] = WeakKeyDictionary()


def connections() -> list[Connection]:
    """Every provider that somebody may use, in the order of the picker.

    First those of the environment, then those that were added, then those that wait for anybody's
    own key; what runs on this computer comes last.
    """
    if _chosen is not None:
        return list(_chosen)
    given = _of_settings()
    names = {one.name for one in (*given, *_added)}
    waiting = [one for one in _of_presets() if one.name not in names]
    ours = [one for one in given if one.fixed is None]
    here = [one for one in given if one.fixed is not None]
    return [*ours, *(one for one in _added if one.enabled), *waiting, *here]


def added(rows: Sequence[Connection]) -> None:
    """Let these be the providers that administrators have added, in their order."""
    global _added
    _added = tuple(rows)
    catalogue.place({one.name: one.preset.shelf for one in rows if one.preset})


def made(connection: Connection, key: str | None) -> Provider:
    """The provider that is paid with this key. It is kept, with what it has learned and listed."""
    if connection.fixed is not None:
        return connection.fixed
    place = (connection, key)
    provider = _made.get(place)
    if provider is None:
        provider = _made[place] = connection.provider(key)
        while len(_made) > REMEMBERED:
            _made.popitem(last=False)
    _made.move_to_end(place)
    return provider


def configured() -> list[Provider]:
    """The providers that the server itself can ask, with its own keys."""
    return [made(one, one.key) for one in connections() if one.key is not None or not one.needs_key]


def use(*providers: Provider) -> None:
    """Let these answer instead of those in the settings, until `close`: for tests."""
    global _chosen
    _chosen = tuple(Connection(one.name, one.label, fixed=one) for one in providers)
    _known.clear()


@functools.cache
def _of_settings() -> list[Connection]:
    found: list[Connection] = []
    base_url = settings().openai_base_url
    key = settings().openai_api_key
    secret = key.get_secret_value() if key else None
    if base_url and urlsplit(base_url).hostname != "api.openai.com":
        label = catalogue.host_label(urlsplit(base_url).netloc.rpartition("@")[2])
        preset = presets()["compatible"]
        found.append(Connection(preset.kind, label, preset, base_url, secret))
    elif secret:
        preset = presets()["openai"]
        found.append(Connection(preset.kind, preset.label, preset, preset.base_url, secret))
    if key := settings().anthropic_api_key:
        preset, secret = presets()["anthropic"], key.get_secret_value()
        found.append(Connection(preset.kind, preset.label, preset, preset.base_url, secret))
    if settings().embedded_model != "off":
        here = Embedded(settings().embedded_model, settings().data_dir)
        found.append(Connection(here.name, here.label, fixed=here))
    return found


@functools.cache
def _of_presets() -> list[Connection]:
    return [
        Connection(one.kind, one.label, one, one.base_url, source="preset")
        for one in presets().values()
        if one.takes_anybodys_key
    ]


async def available(providers: Sequence[Provider] | None = None) -> Available:
    """The models of these providers, or of those that the server can ask.

    Each list is remembered for five minutes. One that is older is still given at once, and asked
    for again meanwhile.
    """
    asked = configured() if providers is None else providers
    answers = await asyncio.gather(*(_listed(one) for one in asked))
    return Available(
        models=tuple(model for answer in answers for model in answer.models),
        ended=tuple(model for answer in answers for model in answer.ended),
        drawing=tuple(model for answer in answers for model in answer.drawing),
        problems=tuple(problem for answer in answers for problem in answer.problems),
    )


def find(ref: str, providers: Sequence[Provider] | None = None) -> tuple[Provider, Profile]:
    """Who answers for `<provider>/<model>`, and what is known of it; raises ModelNotFound."""
    name, _, model = ref.partition("/")
    for provider in configured() if providers is None else providers:
        if provider.name == name and model:
            return provider, catalogue.profile(ref)
    raise ModelNotFound(NOT_CONNECTED, ref=ref)


def as_set(model: Model) -> Model:
    """This model, under the name and with the end that an administrator has set."""
    told = catalogue.overridden(model.ref)
    if not (told.get("label") or told.get("shutdown_date")):
        return model
    profile = catalogue.profile(model.ref)
    return replace(
        model,
        label=profile.label if told.get("label") else model.label,
        ends_on=profile.shutdown_date if told.get("shutdown_date") else model.ends_on,
    )


async def default() -> str:
    """The first model that the server can ask; raises ModelNotFound when there is none."""
    return first(await available())


def first(now: Available) -> str:
    """The model for those who have not chosen; raises ModelNotFound when there is none."""
    if not now.models:
        raise ModelNotFound(" ".join(now.problems) or NOTHING_CONNECTED)
    return now.models[0].ref


def forget() -> None:
    """Ask every provider anew for its models."""
    _known.clear()


async def close() -> None:
    """Give back every connection and process, and forget what was known."""
    global _chosen
    given = _of_settings() if _of_settings.cache_info().currsize else []
    _of_settings.cache_clear()
    _chosen = None
    asking = list(_asking.values())
    for known in (_made, _known, _asking):
        known.clear()
    added(())
    catalogue.forget()
    loop = asyncio.get_running_loop()
    for task in asking:
        if not task.done() and task.get_loop() is loop:
            task.cancel()
    await asyncio.gather(*(one.fixed.close() for one in given if one.fixed))
    await client.close()


async def _listed(provider: Provider) -> Available:
    known = _known.get(provider)
    if known and time.monotonic() < known.until:
        return known.available
    asking = _asking.get(provider)
    if asking is None or asking.done() or asking.get_loop() is not asyncio.get_running_loop():
        asking = _asking[provider] = asyncio.create_task(_ask(provider))
    if known and not known.available.problems:
        return known.available
    return await asyncio.shield(asking)


async def _ask(provider: Provider) -> Available:
    found = await _models(provider)
    fresh = FRESH_WITH_PROBLEMS_SECONDS if found.problems else FRESH_SECONDS
    _known[provider] = _Known(found, time.monotonic() + fresh)
    return found


async def _models(provider: Provider) -> Available:
    try:
        async with asyncio.timeout(LIST_SECONDS):
            listed = await provider.models()
    except TimeoutError:
        return Available(problems=(f"{provider.label}: {faults.NO_CONNECTION_IN_TIME}",))
    except ProviderError as failed:
        return Available(problems=(f"{provider.label}: {failed.message}",))
    return Available(
        models=tuple(model for model in listed if not (model.draws or model.has_ended)),
        ended=tuple(model for model in listed if not model.draws and model.has_ended),
        drawing=tuple(model for model in listed if model.draws),
    )
