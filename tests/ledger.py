"""A model with a price, and what the ledger says afterwards."""

from __future__ import annotations

from sqlmodel import select

from ioverse_app import db
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted
from ioverse_app.services import runs
from ioverse_app.tables import Budget, LedgerEntry

PRICED = "openai/gpt-6-luna"
UNPRICED = "scripted/parrot"


def script(*steps, name="openai"):
    """A provider that has a price in the catalogue, and says this."""
    provider = Scripted(list(steps))
    provider.name = name
    registry.use(provider)
    return provider


async def ask(user, question="Hello?", chat=None, model=PRICED):
    return await runs.start(user, chat, question, model=model)


async def answered(user, question="Hello?", chat=None, model=PRICED):
    started = await ask(user, question, chat, model)
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


async def entry_of(started) -> LedgerEntry:
    async with db.reading() as session:
        query = select(LedgerEntry).where(LedgerEntry.run_id == started.run_id)
        return (await session.exec(query)).one()


async def entries() -> list[LedgerEntry]:
    async with db.reading() as session:
        return list((await session.exec(select(LedgerEntry))).all())


async def set_budget(**values) -> Budget:
    budget = Budget(**{"scope": "all", "period": "month", **values})
    async with db.transaction() as session:
        session.add(budget)
    return budget
