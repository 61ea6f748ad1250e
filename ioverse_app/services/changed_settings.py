"""Settings that change while the app runs: kept in the database, over the environment's."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import config, db
from ioverse_app.config import Settings, settings
from ioverse_app.engine import engine
from ioverse_app.errors import Invalid, Unavailable
from ioverse_app.services import access, audit
from ioverse_app.services.access import Action
from ioverse_app.tables import Setting, User, now

LOOK_SECONDS = 5.0
"""How soon another process has what was changed in this one."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Changeable:
    """A setting that can change at any time. Its name is that of the environment, in lower case."""

    name: str
    label: str
    help: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """What it may be, where that is one of a few."""
        found = get_args(Settings.model_fields[self.name].annotation)
        return tuple(one for one in found if isinstance(one, str))

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        kind: Any = Settings.model_fields[self.name].annotation
        return kind in (int, float)


ALL = (
    Changeable("registration", "Who may create an account"),
    Changeable("banner", "Banner", "A line on top of every page; empty for none."),
    Changeable("runs_per_user", "Answers at once, one person"),
    Changeable("runs_in_all", "Answers at once, everybody"),
    Changeable("image_runs_per_user", "Requests for images at once, one person"),
    Changeable("image_max_mb", "Largest image", "In MB."),
    Changeable("image_seconds", "Longest wait for images", "In seconds."),
    Changeable("continuations", "Continuations", "How often a cut answer goes on by itself."),
    Changeable("message_max_chars", "Longest message", "In characters."),
    Changeable("attachment_max_mb", "Largest file", "In MB."),
    Changeable("attachments_per_message", "Files in a message", "0 takes none."),
    Changeable("attachments_per_user_mb", "Files of one person", "In MB, all together."),
    Changeable("attachment_max_chars", "Read of one file", "In characters; the rest is cut."),
    Changeable("attachment_max_pages", "Read of a PDF", "In pages; the rest is cut."),
    Changeable("import_max_mb", "Largest import", "In MB: chats from another program."),
    Changeable("rate_limits", "Limits against guessing", "Off only to measure."),
)
BY_NAME = {one.name: one for one in ALL}


async def load() -> None:
    """Let this process have what the database says."""
    async with db.reading() as session:
        _apply(await _stored(session))


async def keep_current() -> None:
    """Look again and again for what another process changed."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await load()
        except SQLAlchemyError as error:
            logger.warning("The changed settings could not be read: %s", type(error).__name__)


async def changed(session: AsyncSession) -> dict[str, Any]:
    """What differs from the environment because somebody changed it."""
    return await _stored(session)


def values(changed: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting that can change, as it is with these changes."""
    return {**Settings().model_dump(include=set(BY_NAME)), **changed}


async def change(session: AsyncSession, actor: User, values: Mapping[str, Any]) -> dict[str, Any]:
    """Change settings, for every process and at once; None gives one back to the environment.

    Invalid, and nothing is changed, if one of them cannot be so.
    """
    access.check(actor, Action.ADMINISTER)
    checked = {
        name: None if value is None else _checked(name, value) for name, value in _known(values)
    }
    await audit.alone(session)
    stored = await _stored(session)
    for name, value in checked.items():
        old = stored.get(name)
        row = await session.get(Setting, name)
        if value is None:
            stored.pop(name, None)
            if row is not None:
                await session.delete(row)
        else:
            stored[name] = value
            row = row or Setting(name=name)
            row.value, row.changed_at = value, now()
            session.add(row)
        if old != value:
            await audit.note(
                session, actor, "setting.changed", kind="setting", id=name, old=old, new=value
            )
    _apply_after(session, stored)
    return stored


def _known(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    unknown = [name for name in values if name not in BY_NAME]
    if unknown:
        raise Invalid(f"“{unknown[0][:64]}” is no setting that changes.", code="setting_unknown")
    return list(values.items())


def _checked(name: str, value: Any) -> Any:
    if isinstance(value, str):
        value = " ".join(value.encode(errors="ignore").decode().replace("\x00", "").split())
    try:
        return _adapter(name).validate_python(value)
    except ValidationError as error:
        wanted = error.errors(include_url=False)[0]["msg"].removeprefix("Input should be ")
        label = BY_NAME[name].label
        raise Invalid(
            f"{label} should be {wanted[:1].lower()}{wanted[1:]}.",
            code="setting_invalid",
            setting=name,
        ) from None


@functools.cache
def _adapter(name: str) -> TypeAdapter[Any]:
    field = Settings.model_fields[name]
    kind: Any = field.annotation
    for each in field.metadata:
        kind = Annotated[kind, each]
    return TypeAdapter(kind)


async def _stored(session: AsyncSession) -> dict[str, Any]:
    """What is stored and still good: a newer version may know other settings."""
    found: dict[str, Any] = {}
    for row in (await session.exec(select(Setting))).all():
        if row.name in BY_NAME:
            with suppress(Invalid):
                found[row.name] = _checked(row.name, row.value)
    return found


def _apply(values: Mapping[str, Any]) -> None:
    config.change(values)
    with suppress(Unavailable):  # no engine runs in this process
        engine.current().slots.allow(settings().runs_per_user, settings().runs_in_all)


def _apply_after(session: AsyncSession, values: Mapping[str, Any]) -> None:
    def committed(_: object) -> None:
        _apply(values)

    event.listen(session.sync_session, "after_commit", committed, once=True)
