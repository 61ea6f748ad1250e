"""Whether a provider takes a key, in its own words, before it is kept."""

from __future__ import annotations

import asyncio

from ioverse_app.config import settings
from ioverse_app.providers import faults
from ioverse_app.providers.errors import KeyRefused, ProviderError
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.providers.openai_responses import OpenAIResponses
from ioverse_app.services import guesses, provider_keys

SECONDS = 10.0
WORKS = "This key works."


async def check(key: str, *, address: str) -> str:
    """What to tell of a key; raises an AppError with a sentence when it does not work.

    A key that is refused counts as a wrong guess of this address: TooMany after ten.
    """
    key = provider_keys.check(key)
    place = f"key {guesses.household(address)}"
    guesses.check(place)
    base_url = settings().openai_base_url
    provider = OpenAIChat(base_url, key) if base_url else OpenAIResponses(key)
    try:
        async with asyncio.timeout(SECONDS):
            await provider.models()
    except KeyRefused:
        guesses.add(place)
        raise
    except TimeoutError:
        raise ProviderError(faults.NO_CONNECTION_IN_TIME) from None
    finally:
        await provider.close()
    return WORKS
