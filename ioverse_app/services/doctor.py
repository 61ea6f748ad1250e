"""What is wrong with this installation, in sentences, and what to do about it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import func, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from ioverse_app import db, migrations, security
from ioverse_app.config import settings
from ioverse_app.errors import AppError
from ioverse_app.providers import registry
from ioverse_app.services import audit, clockwork
from ioverse_app.tables import ProviderKey, Role, SearchBacklog, User, now

GB = 1024**3
DISK_LOW, DISK_LITTLE = 1 * GB, 5 * GB
SKEW = timedelta(seconds=30)
LATE = timedelta(minutes=40)
"""After this long without any job, the clock stands still: one comes every 15 minutes."""

BACKLOG = 1000
_RELEASED = datetime(2026, 1, 1, tzinfo=UTC)


class Level(StrEnum):
    """How bad it is."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was looked at: how it is, in a sentence, and the next step if there is one."""

    about: str
    level: Level
    sentence: str
    next_step: str = ""


async def examine() -> list[Finding]:
    """Look at everything, the worst first. What cannot be looked at is a problem itself."""
    found: list[Finding] = []
    for about, look in _LOOKS.items():
        try:
            found += [finding async for finding in look()]
        except Exception as error:
            reason = error.message if isinstance(error, AppError) else type(error).__name__
            found.append(
                Finding(about, Level.PROBLEM, f"This could not be looked at: {reason}", "")
            )
    worst = list(reversed(Level))
    return sorted(found, key=lambda finding: worst.index(finding.level))


async def _disk() -> AsyncIterator[Finding]:
    folder = settings().data_dir.resolve()
    free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
    sentence = f"{free / GB:.1f} GB are free for the data folder."
    if free < DISK_LOW:
        yield Finding("Disk", Level.PROBLEM, sentence, "Make room, or move DATA_DIR.")
    elif free < DISK_LITTLE:
        yield Finding("Disk", Level.WARNING, sentence, "Make room soon.")
    else:
        yield Finding("Disk", Level.GOOD, sentence)


async def _database() -> AsyncIterator[Finding]:
    try:
        async with db.transaction() as session:  # SQLite: this alone takes the lock to write
            await session.scalar(text("SELECT 1"))
            kind = session.get_bind().dialect.name
            mode = await session.scalar(text("PRAGMA journal_mode")) if kind == "sqlite" else ""
            moment = await session.scalar(text("SELECT now()")) if kind != "sqlite" else None
    except (SQLAlchemyError, OSError, AppError) as error:
        yield Finding(
            "Database",
            Level.PROBLEM,
            f"The database cannot be written ({type(error).__name__}).",
            "Look at DATABASE_URL, or at the rights of the data folder.",
        )
        return
    if mode not in ("", "wal"):
        yield Finding(
            "Database",
            Level.WARNING,
            f"The database is in {mode} mode, in which readers wait for writers.",
            "Put DATA_DIR on a local disk: network drives cannot do WAL.",
        )
    else:
        yield Finding("Database", Level.GOOD, "The database can be read and written.")
    if isinstance(moment, datetime) and abs(moment - now()) > SKEW:
        yield Finding(
            "Clock",
            Level.WARNING,
            f"The clocks of this machine and of the database differ by {abs(moment - now())}.",
            "Let both take their time from the network (NTP).",
        )


async def _migrations() -> AsyncIterator[Finding]:
    if await asyncio.to_thread(migrations.is_behind):
        yield Finding(
            "Migrations", Level.PROBLEM, "The tables are older than the app.", "Start it again."
        )
    else:
        newest = migrations.revisions()[-1]
        yield Finding("Migrations", Level.GOOD, f"The tables are those of revision {newest}.")


async def _keys() -> AsyncIterator[Finding]:
    folder = settings().data_dir.resolve() / "keys"
    if not folder.is_dir():
        yield Finding("Keys", Level.NOTE, "There are no keys yet: the first start makes them.")
        return
    secret = [folder, folder / "private.pem", folder / "secret.key"]
    for path in [path for path in secret if path.exists() and path.stat().st_mode & 0o077]:
        yield Finding(
            "Keys",
            Level.PROBLEM,
            f"Others on this machine can read {path}.",
            f"chmod {'700' if path.is_dir() else '600'} {path}",
        )
    if not await asyncio.to_thread(_is_pair, folder):
        yield Finding(
            "Keys",
            Level.PROBLEM,
            "public.pem does not belong to private.pem.",
            "Remove public.pem and start again: it is written anew.",
        )
    async with db.reading() as session:
        sealed = (await session.exec(select(col(ProviderKey.sealed)).limit(500))).all()
    broken = await asyncio.to_thread(lambda: sum(not _opens(one) for one in sealed))
    if broken:
        yield Finding(
            "Keys",
            Level.PROBLEM,
            f"{broken} provider keys cannot be read, because SECRET_KEY has changed.",
            "Add the old word to SECRET_KEY behind the new one, or have the keys entered again.",
        )
    else:
        yield Finding("Keys", Level.GOOD, "The keys are there, fit each other, and are private.")


async def _clock() -> AsyncIterator[Finding]:
    if now() < _RELEASED:
        yield Finding(
            "Clock",
            Level.PROBLEM,
            f"This machine believes that it is {now():%-d %B %Y}.",
            "Set its clock: sessions and links end by it.",
        )
    last = await clockwork.last_done()
    if last is None:
        yield Finding("Jobs", Level.NOTE, "Jobs can be looked at only from within the running app.")
    elif now() - last > LATE:
        yield Finding(
            "Jobs",
            Level.PROBLEM,
            f"No job was done since {last:%-d %B, %H:%M} UTC.",
            "Look into the log, and start the app again.",
        )
    else:
        yield Finding("Jobs", Level.GOOD, f"A job was done at {last:%H:%M} UTC.")


async def _providers() -> AsyncIterator[Finding]:
    found = await registry.available()
    for problem in found.problems:
        yield Finding("Providers", Level.WARNING, problem, "Look at the key and the address.")
    if not found.models:
        yield Finding("Providers", Level.PROBLEM, registry.NOTHING_CONNECTED)
    elif not found.problems:
        count = len(found.models)
        models = "1 model" if count == 1 else f"{count} models"
        yield Finding("Providers", Level.GOOD, f"Every provider answers: {models}.")
    if settings().embedded_model == "off":
        yield Finding("Embedded model", Level.NOTE, "The embedded model is turned off.")
    elif not any(model.ref.startswith("embedded/") for model in found.models):
        yield Finding(
            "Embedded model",
            Level.WARNING,
            "The model of this computer is not installed.",
            "make run installs it, or set EMBEDDED_MODEL=off.",
        )


async def _mail() -> AsyncIterator[Finding]:
    if getattr(settings(), "smtp_host", None):
        yield Finding("Mail", Level.GOOD, "Mail goes out by SMTP.")
    else:
        yield Finding(
            "Mail",
            Level.NOTE,
            "No mail server is set: mail is kept as files in the data folder.",
            "Set SMTP_HOST to send it.",
        )


async def _search() -> AsyncIterator[Finding]:
    async with db.reading() as session:
        waiting = (await session.exec(select(func.count()).select_from(SearchBacklog))).one()
    if waiting > BACKLOG:
        yield Finding("Search", Level.NOTE, f"{waiting:,} texts wait to be found by the search.")
    else:
        yield Finding("Search", Level.GOOD, "The search knows every text.")


async def _address() -> AsyncIterator[Finding]:
    about, own = "Address", ("localhost", "127.0.0.1", "::1")
    if settings().public_url is None:
        if settings().host not in own:
            yield Finding(
                about,
                Level.WARNING,
                "PUBLIC_URL is not set, so links in mails lead to this machine only.",
                "Set PUBLIC_URL to the address that people use.",
            )
        else:
            yield Finding(about, Level.GOOD, f"It is served at {settings().address}.")
        return
    address = urlsplit(settings().address)
    if address.scheme not in ("http", "https") or not address.hostname:
        sentence = f"PUBLIC_URL is “{settings().public_url}”, which is no web address."
        yield Finding(about, Level.PROBLEM, sentence, "Write it as https://host.")
    elif address.scheme == "http" and address.hostname not in own:
        yield Finding(
            about,
            Level.WARNING,
            "People reach the app without TLS: passwords can be read on the way.",
            "Put a proxy with a certificate in front, and set PUBLIC_URL to https.",
        )
    else:
        yield Finding(about, Level.GOOD, f"People reach the app at {settings().address}.")


async def _people() -> AsyncIterator[Finding]:
    async with db.reading() as session:
        is_owner = (col(User.role) == Role.OWNER) & col(User.blocked_at).is_(None)
        owners = (await session.exec(select(func.count()).where(is_owner))).one()
        people = (await session.exec(select(func.count()).select_from(User))).one()
    if people and not owners:
        yield Finding("People", Level.PROBLEM, "Nobody owns the workspace.", "See the manual.")
    elif not people:
        yield Finding("People", Level.NOTE, "Nobody is here yet: the first account owns it all.")
    else:
        yield Finding("People", Level.GOOD, "Somebody owns the workspace.")


async def _audit() -> AsyncIterator[Finding]:
    verdict = await audit.verify()
    step = "Compare it with a backup." if not verdict.is_whole else ""
    level = Level.GOOD if verdict.is_whole else Level.PROBLEM
    yield Finding("Audit log", level, verdict.sentence, step)


def _is_pair(folder: Path) -> bool:
    try:
        private = load_pem_private_key((folder / "private.pem").read_bytes(), password=None)
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return public.strip() == (folder / "public.pem").read_bytes().strip()
    except (OSError, ValueError):
        return False


def _opens(sealed: str) -> bool:
    try:
        security.unseal(sealed)
    except security.SealBroken:
        return False
    return True


_LOOKS: dict[str, Callable[[], AsyncIterator[Finding]]] = {
    "Disk": _disk,
    "Database": _database,
    "Migrations": _migrations,
    "Keys": _keys,
    "Clock": _clock,
    "Providers": _providers,
    "Mail": _mail,
    "Search": _search,
    "Address": _address,
    "People": _people,
    "Audit log": _audit,
}
