"""Rate limits: how often a person, or a stranger's address, may come in a minute.

Counted with `limits` (https://limits.readthedocs.io) over a sliding window: in this process, or
in Redis for all processes together.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from dataclasses import dataclass
from enum import StrEnum

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from ioverse_app.config import settings
from ioverse_app.errors import TooMany

logger = logging.getLogger(__name__)

SAY_AGAIN_SECONDS = 60.0


class Kind(StrEnum):
    """What is counted apart."""

    CHAT = "chat"
    WRITE = "write"
    READ = "read"
    UPLOAD = "upload"
    IMAGE = "image"
    AUTH = "auth"


WHAT = {
    Kind.CHAT: "messages",
    Kind.WRITE: "changes",
    Kind.READ: "requests",
    Kind.UPLOAD: "files",
    Kind.IMAGE: "requests for images",
    Kind.AUTH: "sign-ins",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """How a limit stands after a request: whether it may go on, how many may follow, and when."""

    kind: Kind
    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int


async def check(kind: Kind, who: str) -> None:
    """Count a request of this person or address; TooMany, with a sentence, when it is too soon."""
    taken = await take(kind, who)
    if taken is not None and not taken.allowed:
        raise refusal(taken)


async def take(kind: Kind, who: str) -> Taken | None:
    """Count a request, and say how the limit stands; None when there are no limits."""
    if settings().rate_limits == "off":
        return None
    most = limit_of(kind)
    item = RateLimitItemPerMinute(most, namespace="ioverse")
    try:
        return await _take(_limiter(), item, kind, who)
    except (RedisError, OSError) as error:
        _complain(error)
        return await _take(_alone(), item, kind, who)


def refusal(taken: Taken) -> TooMany:
    """What to tell whoever came too often."""
    seconds = "a second" if taken.reset_seconds == 1 else f"{taken.reset_seconds} seconds"
    return TooMany(
        f"That was too fast: {taken.limit} {WHAT[taken.kind]} a minute are taken here. "
        f"Wait {seconds}, then try again.",
        code="rate_limited",
        retry_after=taken.reset_seconds,
        limit=taken.limit,
    )


def limit_of(kind: Kind) -> int:
    """How many a minute are taken."""
    return int(getattr(settings(), f"rate_{kind}"))


def use(shared: RedisStorage | None) -> None:
    """Begin to count anew: in this Redis, with what the process counts alone behind it."""
    global _kept
    _kept = _Kept(
        asyncio.get_running_loop(),
        SlidingWindowCounterRateLimiter(MemoryStorage()),
        SlidingWindowCounterRateLimiter(shared) if shared else None,
    )


async def _take(
    limiter: SlidingWindowCounterRateLimiter, item: RateLimitItemPerMinute, kind: Kind, who: str
) -> Taken:
    allowed = await limiter.hit(item, kind, who)
    stats = await limiter.get_window_stats(item, kind, who)
    wait = max(1, math.ceil(stats.reset_time - time.time()))
    return Taken(kind, allowed, item.amount, stats.remaining if allowed else 0, wait)


@dataclass(slots=True)
class _Kept:
    """What counts in this process; a new event loop begins anew."""

    loop: asyncio.AbstractEventLoop
    memory: SlidingWindowCounterRateLimiter
    redis: SlidingWindowCounterRateLimiter | None
    complained_at: float = -SAY_AGAIN_SECONDS


_kept: _Kept | None = None


def _limiter() -> SlidingWindowCounterRateLimiter:
    kept = _current()
    return kept.redis or kept.memory


def _alone() -> SlidingWindowCounterRateLimiter:
    return _current().memory


def _current() -> _Kept:
    loop = asyncio.get_running_loop()
    if _kept is None or _kept.loop is not loop:
        url = settings().redis_url
        use(RedisStorage(f"async+{url}", implementation="redispy") if url else None)
    assert _kept is not None
    return _kept


def _complain(error: Exception) -> None:
    kept = _current()
    if time.monotonic() - kept.complained_at > SAY_AGAIN_SECONDS:
        kept.complained_at = time.monotonic()
        logger.warning("Redis does not answer; each process counts for itself: %s", error)
