"""What the dialog draws: links, and messages that may be left out."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from datetime import timedelta

from ioverse_app.services import shares
from ioverse_app.services.shares import SharedMessage
from ioverse_app.tables import Share, now

WORDS = 90


@dataclass(frozen=True)
class LinkItem:
    """A link that was made: what it is called, and one line of what holds for it."""

    id: str
    label: str
    terms: str
    is_open: bool

    @classmethod
    def of(cls, share: Share) -> LinkItem:
        """This link."""
        return cls(share.id, share.label or "Link", _terms(share), shares.is_open(share))


@dataclass(frozen=True)
class PartItem:
    """A message by its first words, and whether a stranger will see it."""

    id: str
    words: str
    shown: bool = True

    @classmethod
    def of(cls, message: SharedMessage) -> PartItem:
        """This message."""
        who = "You" if message.role == "user" else message.author or "Answer"
        words = textwrap.shorten(message.text[: 4 * WORDS], WORDS, placeholder="…")
        return cls(message.id, f"{who}: {words}")

    def turned(self) -> PartItem:
        """The other way round."""
        return replace(self, shown=not self.shown)


def _terms(share: Share) -> str:
    parts = [_ends(share)]
    if share.revoked_at is None:
        parts.append("live" if share.content is None else "snapshot")
        if share.password_hash:
            parts.append("with a password")
    most = f" of {share.views_max}" if share.views_max else ""
    parts.append(f"{share.views}{most} {'view' if share.views == 1 and not most else 'views'}")
    return " · ".join(parts)


def _ends(share: Share) -> str:
    if share.revoked_at:
        return "Revoked"
    if share.expires_at is None:
        return "Never expires"
    left = share.expires_at - now()
    if left <= timedelta(0):
        return "Expired"
    hours = round(left.total_seconds() / 3600)
    if hours < 1:
        return "Expires within the hour"
    if hours < 48:
        return f"Expires in {hours} {'hour' if hours == 1 else 'hours'}"
    return f"Expires in {round(hours / 24)} days"
