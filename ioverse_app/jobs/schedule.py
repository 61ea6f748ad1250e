"""What the clock does, and when."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ioverse_app.services import (
    api_keys,
    attachments,
    data_exports,
    farewell,
    images,
    imports,
    invitations,
    mailed_links,
    models,
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
    Job("purge-images", "34 * * * *", images.purge),
    Job("purge-attachments", "47 * * * *", attachments.purge),
    Job("refund-forgotten", "52 * * * *", usage.sweep),
    Job("purge-imports", "57 * * * *", imports.purge),
    Job("purge-mailed-links", "2 * * * *", mailed_links.purge),
    Job("purge-nonces", "12 * * * *", api_keys.purge_nonces),
    Job("purge-invitations", "22 3 * * *", invitations.purge),
    Job("purge-data-exports", "32 * * * *", data_exports.purge),
    Job("refresh-models", "35 * * * *", models.refresh),
    Job("erase-accounts", "50 * * * *", farewell.erase_due),
)
