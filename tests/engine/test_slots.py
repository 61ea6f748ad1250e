"""How many answers at once, and whose turn it is."""

import asyncio

import pytest

from ioverse_app.engine.slots import Slots
from ioverse_app.errors import TooMany


async def _hold(slots: Slots, user: str, log: list[str], until: asyncio.Event) -> None:
    async with slots.hold(user):
        log.append(user)
        await until.wait()


async def test_a_person_has_only_so_many_and_nobody_waits_behind_them():
    slots, log, end = Slots(per_user=2, in_all=3), [], asyncio.Event()
    tasks = [asyncio.create_task(_hold(slots, user, log, end)) for user in ("ann",) * 4 + ("bob",)]
    await asyncio.sleep(0.01)
    assert log == ["ann", "ann", "bob"]
    end.set()
    await asyncio.gather(*tasks)
    assert log == ["ann", "ann", "bob", "ann", "ann"]


async def test_one_who_gives_up_waiting_leaves_the_queue():
    slots, log, end = Slots(per_user=1, in_all=1), [], asyncio.Event()
    first = asyncio.create_task(_hold(slots, "ann", log, end))
    second = asyncio.create_task(_hold(slots, "bob", log, end))
    third = asyncio.create_task(_hold(slots, "cid", log, end))
    await asyncio.sleep(0.01)
    second.cancel()
    end.set()
    await asyncio.gather(first, third)
    assert log == ["ann", "cid"]
    async with asyncio.timeout(1), slots.hold("bob"):
        pass


async def test_one_who_is_stopped_just_as_their_turn_comes_passes_it_on():
    slots, log, end = Slots(per_user=1, in_all=1), [], asyncio.Event()
    first = asyncio.create_task(_hold(slots, "ann", log, end))
    second = asyncio.create_task(_hold(slots, "bob", log, end))
    third = asyncio.create_task(_hold(slots, "cid", log, end))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0)
    second.cancel()
    end.set()
    async with asyncio.timeout(1):
        await third
    assert log[-1] == "cid"


async def test_a_queue_that_is_too_long_says_so():
    slots, log, end = Slots(per_user=1, in_all=1), [], asyncio.Event()
    tasks = [asyncio.create_task(_hold(slots, "ann", log, end)) for _ in range(5)]
    await asyncio.sleep(0.01)
    with pytest.raises(TooMany):
        slots.check("ann")
    slots.check("bob")
    end.set()
    await asyncio.gather(*tasks)
    slots.check("ann")
