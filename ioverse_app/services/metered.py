"""Requests beside an answer, such as a title's: they count like everything else."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

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
    entry = await _reserve(user, profile, request, kind, payer)
    usage: Usage | None = None
    said = 0
    try:
        async with aclosing(provider.stream(request)) as events:
            async for event in events:
                match event:
                    case Usage():
                        usage = event
                    case TextDelta(text=text) | ReasoningDelta(text=text):
                        said += tokens.estimate(text)
                    case _:
                        pass
                yield event
    finally:
        await _settle(entry.id, profile, usage, said)


async def _reserve(
    user: User, profile: Profile, request: Request, kind: str, payer: Payer
) -> LedgerEntry:
    prompt = sum(tokens.estimate(turn.content) for turn in request.turns)
    output = int(request.parameters.get("max_output_tokens") or OUTPUT)
    estimate = Estimate(prompt, output, profile.cost(prompt, output) or 0)
    async with db.transaction() as session:
        return await budgets.reserve(session, user, profile.ref, estimate, kind=kind, payer=payer)


async def _settle(entry_id: str, profile: Profile, usage: Usage | None, said: int) -> None:
    cost = profile.cost(usage.prompt_tokens, usage.completion_tokens) if usage else None
    async with db.transaction() as session:
        if entry := await session.get(LedgerEntry, entry_id):
            settle(entry, Used(usage, cost, said))
