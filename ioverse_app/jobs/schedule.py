"""What the clock does, and when."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ioverse_app.services import (
    attachments,
    imports,
    run_logs,
    sessions,
    shares,
    temporary,
    trash,
    usage,
)


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is done at the times of `cron` (UTC); it answers with how much there was to do."""

    name: str
    cron: str
    work: Callable[[], Coroutine[Any, Any, int]]


JOBS = (
    Job("purge-temporary-chats", "*/15 * * * *", temporary.purge),
    Job("purge-trash", "7 * * * *", trash.purge),
    Job("purge-sessions", "17 * * * *", sessions.purge),
    Job("purge-run-logs", "27 * * * *", run_logs.purge),
    Job("purge-share-links", "42 * * * *", shares.purge),
    Job("purge-attachments", "47 * * * *", attachments.purge),
    Job("refund-forgotten", "52 * * * *", usage.sweep),
    Job("purge-imports", "57 * * * *", imports.purge),
)
