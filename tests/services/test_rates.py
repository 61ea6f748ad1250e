"""Rate limits: so many a minute, each person for themselves, in memory or in Redis."""

from __future__ import annotations

import time

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from limits.aio.storage import RedisStorage

from ioverse_app.errors import TooMany
from ioverse_app.services import rates
from ioverse_app.services.rates import Kind


class Time:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = time.time() // 60 * 60

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Time()
    monkeypatch.setattr(time, "time", clock)
    return clock


async def test_so_many_a_minute_each_for_themselves(configure, clock):
    configure(rate_chat=3)
    for left in (2, 1, 0):
        taken = await rates.take(Kind.CHAT, "ann")
        assert (taken.allowed, taken.limit, taken.remaining) == (True, 3, left)
    with pytest.raises(TooMany) as refused:
        await rates.check(Kind.CHAT, "ann")
    assert refused.value.code == "rate_limited"
    assert "3 messages a minute" in refused.value.message
    assert 1 <= refused.value.retry_after <= 60
    await rates.check(Kind.CHAT, "bob")
    await rates.check(Kind.READ, "ann")
    clock.now += 121
    await rates.check(Kind.CHAT, "ann")


async def test_the_window_slides(configure, clock):
    configure(rate_chat=60)
    for _ in range(60):
        await rates.check(Kind.CHAT, "ann")
    clock.now += 61
    with pytest.raises(TooMany):
        for _ in range(30):
            await rates.check(Kind.CHAT, "ann")


async def test_limits_can_be_switched_off(configure):
    configure(rate_chat=1, rate_limits="off")
    for _ in range(5):
        await rates.check(Kind.CHAT, "ann")
    assert await rates.take(Kind.CHAT, "ann") is None


async def test_processes_count_together_in_redis(configure):
    configure(rate_chat=3)
    redis = FakeServer()

    def another_process() -> None:
        pool = FakeAsyncRedis(server=redis).connection_pool
        rates.use(RedisStorage("async+redis://", implementation="redispy", connection_pool=pool))

    for _ in range(3):
        another_process()
        await rates.check(Kind.CHAT, "ann")
    another_process()
    with pytest.raises(TooMany):
        await rates.check(Kind.CHAT, "ann")
    await rates.check(Kind.CHAT, "bob")


async def test_without_redis_each_process_counts_for_itself(configure, caplog):
    configure(rate_chat=2, redis_url="redis://127.0.0.1:1/0")
    for _ in range(2):
        await rates.check(Kind.CHAT, "ann")
    with pytest.raises(TooMany):
        await rates.check(Kind.CHAT, "ann")
    assert caplog.text.count("Redis does not answer") == 1
