"""Which providers there are, which models they have now, and who answers for a model."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ioverse_app.config import settings
from ioverse_app.providers import catalogue, client, faults
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.embedded import Embedded
from ioverse_app.providers.errors import ModelNotFound, ProviderError
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.providers.openai_responses import OpenAIResponses
from ioverse_app.providers.provider import Model, Provider
from ioverse_app.providers.weights import INSTALL

LIST_SECONDS = 5.0
FRESH_SECONDS = 300.0
FRESH_WITH_PROBLEMS_SECONDS = 20.0

NOTHING_CONNECTED = (
    "No model is connected. Set OPENAI_API_KEY, or OPENAI_BASE_URL for another server, "
    f"or install the demo model with: {INSTALL}"
)


@dataclass(frozen=True, slots=True)
class Available:
    """The models that can be picked now, and a sentence for each provider that failed.

    `ended` are those that a provider still lists and has shut down.
    """

    models: tuple[Model, ...] = ()
    ended: tuple[Model, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    available: Available
    until: float


_chosen: list[Provider] | None = None
_known: _Known | None = None
_asking: asyncio.Task[Available] | None = None


def configured() -> list[Provider]:
    """The providers that `use` chose or the settings name, the one on this computer last."""
    return _chosen if _chosen is not None else _of_settings()


def use(*providers: Provider) -> None:
    """Let these answer instead of those in the settings, until `close`: for tests."""
    global _chosen, _known
    _chosen, _known = list(providers), None


@functools.cache
def _of_settings() -> list[Provider]:
    providers: list[Provider] = []
    key = settings().openai_api_key
    secret = key.get_secret_value() if key else None
    base_url = settings().openai_base_url
    if base_url and urlsplit(base_url).hostname != "api.openai.com":
        providers.append(OpenAIChat(base_url, secret))
    elif secret:
        providers.append(OpenAIResponses(secret))
    if settings().embedded_model != "off":
        providers.append(Embedded(settings().embedded_model, settings().data_dir))
    return providers


async def available() -> Available:
    """Every provider's models, asked at once and remembered for five minutes."""
    global _asking
    if _known and time.monotonic() < _known.until:
        return _known.available
    if _asking is None or _asking.done() or _asking.get_loop() is not asyncio.get_running_loop():
        _asking = asyncio.create_task(_ask(configured()))
    return await asyncio.shield(_asking)


def find(ref: str) -> tuple[Provider, Profile]:
    """Who answers for `<provider>/<model>`, and what is known of it; raises ModelNotFound."""
    name, _, model = ref.partition("/")
    for provider in configured():
        if provider.name == name and model:
            return provider, catalogue.profile(ref)
    raise ModelNotFound("This model is not connected any more. Choose another one.", ref=ref)


async def default() -> str:
    """The model for those who have not chosen; raises ModelNotFound when there is none."""
    now = await available()
    if not now.models:
        raise ModelNotFound(" ".join(now.problems) or NOTHING_CONNECTED)
    return now.models[0].ref


async def close() -> None:
    """Give back every connection and process, and forget what was known."""
    global _known, _asking, _chosen
    providers = _of_settings() if _of_settings.cache_info().currsize else []
    _of_settings.cache_clear()
    asking, _asking, _known, _chosen = _asking, None, None, None
    if asking and not asking.done() and asking.get_loop() is asyncio.get_running_loop():
        asking.cancel()
    await asyncio.gather(*(provider.close() for provider in providers))
    await client.close()


async def _ask(providers: Sequence[Provider]) -> Available:
    global _known
    answers = await asyncio.gather(*(_models(provider) for provider in providers))
    found = Available(
        models=tuple(model for answer in answers for model in answer.models),
        ended=tuple(model for answer in answers for model in answer.ended),
        problems=tuple(problem for answer in answers for problem in answer.problems),
    )
    fresh = FRESH_WITH_PROBLEMS_SECONDS if found.problems else FRESH_SECONDS
    _known = _Known(found, time.monotonic() + fresh)
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
        models=tuple(model for model in listed if not model.has_ended),
        ended=tuple(model for model in listed if model.has_ended),
    )
