"""How often an address has guessed wrong: ten failures in five minutes, and it must wait."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque

from ioverse_app.config import settings
from ioverse_app.errors import TooMany
from ioverse_app.services.refusals import SENTENCES

FAILURES = 10
WINDOW_SECONDS = 300.0
ADDRESSES = 10_000

# In memory: each worker process counts for itself, and a restart forgets.
_failures: OrderedDict[str, deque[float]] = OrderedDict()


def check(address: str) -> None:
    """TooMany, with the seconds to wait, if this address has guessed wrong too often."""
    if settings().rate_limits == "off":
        return
    failed_at = _recent(household(address))
    if len(failed_at) >= FAILURES:
        wait = failed_at[0] + WINDOW_SECONDS - time.monotonic()
        sentence = SENTENCES["too_many_guesses"]
        raise TooMany(sentence, code="too_many_guesses", retry_after=max(wait, 1.0))


def add(address: str) -> None:
    """Count a wrong guess."""
    network = household(address)
    _failures.setdefault(network, deque(maxlen=FAILURES)).append(time.monotonic())
    _failures.move_to_end(network)
    while len(_failures) > ADDRESSES:
        _failures.popitem(last=False)


def forget_all() -> None:
    """Start counting again."""
    _failures.clear()


def _recent(network: str) -> deque[float]:
    failed_at = _failures.get(network, deque[float]())
    while failed_at and failed_at[0] <= time.monotonic() - WINDOW_SECONDS:
        failed_at.popleft()
    return failed_at


def household(address: str) -> str:
    """An IPv6 address stands for its /64, which is what one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
