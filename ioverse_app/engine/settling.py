"""What was reserved in the ledger becomes what was used, or is given back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.providers import catalogue
from ioverse_app.providers.events import Usage
from ioverse_app.tables import EntryStatus, LedgerEntry, PaidBy

MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Used:
    """What a request used, by its provider's count or, without one, by what it `said`.

    `said` is in tokens and about right; `images` is how many were made; `cost` is in
    micro-dollars, where the provider's count and the price are known.
    """

    usage: Usage | None = None
    cost: int | None = None
    said: int = 0
    images: int = 0


async def settle_run(session: AsyncSession, run_id: str, used: Used) -> None:
    """Settle the reservation of a run, once."""
    query = select(LedgerEntry).where(
        LedgerEntry.run_id == run_id, LedgerEntry.status == EntryStatus.RESERVED
    )
    if entry := (await session.exec(query)).first():
        settle(entry, used)


def settle(entry: LedgerEntry, used: Used) -> None:
    """Write down what was used. What failed without a word, or a count, is refunded.

    What was said without a count is charged as it was estimated: nobody answers for nothing
    because a connection broke.
    """
    if used.usage is None and not used.said and not used.images:
        refund(entry)
        return
    entry.status = EntryStatus.SETTLED
    entry.images = used.images
    if used.usage is None and used.images:
        entry.cost = used.cost
    elif used.usage is None:
        entry.completion_tokens = used.said
        price = catalogue.profile(f"{entry.provider}/{entry.model}").cost
        entry.cost = price(entry.prompt_tokens, used.said)
    else:
        entry.estimated = False
        entry.prompt_tokens = _count(used.usage.prompt_tokens)
        entry.cached_tokens = _count(used.usage.cached_tokens)
        entry.completion_tokens = _count(used.usage.completion_tokens)
        entry.reasoning_tokens = _count(used.usage.reasoning_tokens)
        entry.cost = None if used.cost is None else max(0, used.cost)
    by_server = entry.paid_by == PaidBy.SERVER
    entry.charged = (entry.cost or 0) if by_server else 0
    entry.charged_tokens = entry.prompt_tokens + entry.completion_tokens if by_server else 0


def refund(entry: LedgerEntry) -> None:
    """Give back all that was reserved."""
    entry.status = EntryStatus.REFUNDED
    entry.prompt_tokens = entry.completion_tokens = entry.charged = entry.charged_tokens = 0
    entry.cost = None


def _count(said: object) -> int:
    """A number of tokens, whatever a server says."""
    return max(0, min(said, MOST)) if isinstance(said, int) else 0
