"""The database keeps what was written, and nothing that was rolled back."""

import asyncio

import pytest
from conftest import both_databases
from sqlmodel import select

from ioverse_app import db
from ioverse_app.tables import User


@both_databases
async def test_a_raised_error_rolls_back(database, ann):
    with pytest.raises(RuntimeError):
        async with db.transaction() as session:
            person = await session.get(User, ann.id)
            person.username = "Changed"
            raise RuntimeError
    async with db.reading() as session:
        assert (await session.get(User, ann.id)).username == "Ann"


async def test_no_update_is_lost_when_many_read_then_write(database, ann):
    async def add_one() -> None:
        async with db.transaction() as session:
            person = (await session.exec(select(User).where(User.id == ann.id))).one()
            person.username = str(int(person.username) + 1 if person.username.isdigit() else 1)

    await asyncio.gather(*(add_one() for _ in range(40)))
    async with db.reading() as session:
        assert (await session.get(User, ann.id)).username == "40"


@both_databases
async def test_moments_come_back_in_utc(database, ann):
    async with db.reading() as session:
        again = await session.get(User, ann.id)
    assert again.created_at == ann.created_at
    assert again.created_at.utcoffset().total_seconds() == 0
