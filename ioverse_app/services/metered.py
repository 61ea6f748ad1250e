"""Requests beside a chat's answers, such as a title's or a program's: they all count."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from ioverse_app import db
from ioverse_app.engine import tokens
from ioverse_app.engine.settling import Used, settle
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.events import ProviderEvent, ReasoningDelta, TextDelta, Usage
from ioverse_app.providers.provider import Provider, Request
from ioverse_app.services import budgets
from ioverse_app.services.budgets import Estimate, Payer
from ioverse_app.tables import LedgerEntry, User

OUTPUT = 1000

_settling: set[asyncio.Task[None]] = set()


@dataclass(slots=True)
class Tally:
    """What a request has used so far: the provider's count, or about what was `said` in tokens."""

    usage: Usage | None = None
    said: int = 0


async def stream(
    user: User,
    provider: Provider,
    profile: Profile,
    request: Request,
    *,
    kind: str,
    payer: Payer,
) -> AsyncGenerator[ProviderEvent, None]:
    """What the provider answers. BudgetReached, before it is asked, where a budget is used up."""
    prompt = sum(tokens.estimate(turn.content) for turn in request.turns)
    output = int(request.parameters.get("max_output_tokens") or OUTPUT)
    async with reserved(user, profile, prompt, output, kind=kind, payer=payer) as tally:
        async with aclosing(provider.stream(request)) as events:
            async for event in events:
                match event:
                    case Usage():
                        tally.usage = event
                    case TextDelta(text=text) | ReasoningDelta(text=text):
                        tally.said += tokens.estimate(text)
                    case _:
                        pass
                yield event


@asynccontextmanager
async def reserved(
    user: User, profile: Profile, prompt: int, output: int, *, kind: str, payer: Payer
) -> AsyncIterator[Tally]:
    """Keep so many tokens free for a request; at its end, however it ends, settle its tally."""
    estimate = Estimate(prompt, output, profile.cost(prompt, output) or 0)
    async with db.transaction() as session:
        entry = await budgets.reserve(session, user, profile.ref, estimate, kind=kind, payer=payer)
    tally = Tally()
    try:
        yield tally
    finally:
        settling = asyncio.create_task(_settle(entry.id, profile, tally))
        _settling.add(settling)
        settling.add_done_callback(_settling.discard)
        await asyncio.shield(settling)


async def _settle(entry_id: str, profile: Profile, tally: Tally) -> None:
    usage = tally.usage
    cost = profile.cost(usage.prompt_tokens, usage.completion_tokens) if usage else None
    async with db.transaction() as session:
        if entry := await session.get(LedgerEntry, entry_id):
            settle(entry, Used(usage, cost, tally.said))
