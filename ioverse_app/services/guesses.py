"""How often somebody has guessed wrong: an address ten times in five minutes, and it must wait.

An account waits as well, whoever guesses: after 20 failures, twice as long after each one more.
Names that nobody has are counted in the same way, so that waiting says nothing about them.
"""

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

ACCOUNT_FAILURES = 20
ACCOUNT_FIRST_SECONDS = 2.0
ACCOUNT_LONGEST_SECONDS = 900.0
ACCOUNT_FORGET_SECONDS = 6 * 3600.0

# In memory: each worker process counts for itself, and a restart forgets.
_failures: OrderedDict[str, deque[float]] = OrderedDict()
_accounts: OrderedDict[str, tuple[int, float]] = OrderedDict()


def check(address: str, why: str = "too_many_guesses") -> None:
    """TooMany, with the seconds to wait, if this address has guessed wrong too often."""
    if settings().rate_limits == "off":
        return
    failed_at = _recent(household(address))
    if len(failed_at) >= FAILURES:
        wait = failed_at[0] + WINDOW_SECONDS - time.monotonic()
        raise TooMany(SENTENCES[why], code=why, retry_after=max(wait, 1.0))


def add(address: str) -> None:
    """Count a wrong guess."""
    place = household(address)
    _failures.setdefault(place, deque(maxlen=FAILURES)).append(time.monotonic())
    _failures.move_to_end(place)
    while len(_failures) > ADDRESSES:
        _failures.popitem(last=False)


def check_account(name: str) -> None:
    """TooMany, with the seconds to wait, if many have guessed wrong at this account."""
    count, last = _accounts.get(name, (0, 0.0))
    if settings().rate_limits == "off" or count < ACCOUNT_FAILURES:
        return
    doubled = ACCOUNT_FIRST_SECONDS * 2 ** min(count - ACCOUNT_FAILURES, 20)
    wait = last + min(doubled, ACCOUNT_LONGEST_SECONDS) - time.monotonic()
    if wait > 0:
        why = "account_resting"
        raise TooMany(SENTENCES[why], code=why, retry_after=max(wait, 1.0))


def add_account(name: str) -> None:
    """Count a wrong guess at this account."""
    count, last = _accounts.pop(name, (0, 0.0))
    if time.monotonic() - last > ACCOUNT_FORGET_SECONDS:
        count = 0
    _accounts[name] = (count + 1, time.monotonic())
    while len(_accounts) > ADDRESSES:
        _accounts.popitem(last=False)


def forgive(*names: str) -> None:
    """Forget the wrong guesses at an account: its person is here."""
    for name in names:
        _accounts.pop(name, None)


def forget_all() -> None:
    """Start counting again."""
    _failures.clear()
    _accounts.clear()


def _recent(network: str) -> deque[float]:
    failed_at = _failures.get(network, deque[float]())
    while failed_at and failed_at[0] <= time.monotonic() - WINDOW_SECONDS:
        failed_at.popleft()
    return failed_at


def household(address: str) -> str:
    """What is counted: for an IPv6 address its /64, which is what one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
