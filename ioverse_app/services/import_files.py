"""Uploaded files of chats: where they wait, what is in them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ioverse_app.config import settings
from ioverse_app.importing import ImportedChat, read_chats
from ioverse_app.importing.files import Trouble
from ioverse_app.services.imported_chats import title

NAMED = 50
"""Chats and troubles that a report names; the others it counts."""

AT_ONCE = 20
LOOK_SECONDS = 1.0

Found = ImportedChat | Trouble


@dataclass(slots=True)
class Report:
    """What is in a file: chats by program, what is there already, and what was not understood."""

    sources: Counter[str] = field(default_factory=Counter[str])
    chats: int = 0
    messages: int = 0
    known: int = 0
    lost: int = 0
    titles: list[str] = field(default_factory=list[str])
    troubles: list[str] = field(default_factory=list[str])
    trouble_count: int = 0

    def add(self, chat: ImportedChat, known: bool) -> None:
        """Count a chat."""
        self.chats += 1
        self.known += known
        if known:
            return
        self.sources[chat.source] += 1
        self.messages += len(chat.messages)
        self.lost += chat.lost
        if len(self.titles) < NAMED:
            self.titles.append(title(chat))

    def complain(self, trouble: Trouble) -> None:
        """Note what was not understood."""
        self.trouble_count += 1
        if len(self.troubles) < NAMED:
            self.troubles.append(f"{trouble.where}: {trouble.why}")

    def as_json(self) -> dict[str, Any]:
        """As it is stored and told."""
        return {
            "sources": dict(self.sources),
            "chats": self.chats,
            "new": self.chats - self.known,
            "known": self.known,
            "messages": self.messages,
            "lost": self.lost,
            "titles": self.titles,
            "troubles": self.troubles,
            "trouble_count": self.trouble_count,
        }


def folder() -> Path:
    """Where uploaded files wait."""
    path = settings().data_dir / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def keep(path: Path, import_id: str) -> int:
    """Let an uploaded file wait under this id; its size in bytes."""
    size = path.stat().st_size
    path.replace(folder() / import_id)
    return size


def is_kept(import_id: str) -> bool:
    """Whether the file is still there."""
    return (folder() / import_id).exists()


def forget(import_id: str) -> None:
    """Delete a file."""
    (folder() / import_id).unlink(missing_ok=True)


def forget_old(seconds: float, ids: Collection[str]) -> None:
    """Delete these files, and every other that is as old."""
    limit = time.time() - seconds
    for path in folder().iterdir():
        if path.name in ids or path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


async def batches(path: Path) -> AsyncIterator[list[Found]]:
    """What is in a file, read in a thread, a few chats at a time. Raises Unreadable."""
    with contextlib.closing(read_chats(path)) as chats:
        while found := await asyncio.to_thread(_some, chats):
            yield found


def _some(chats: Generator[Found]) -> list[Found]:
    found: list[Found] = []
    until = time.monotonic() + LOOK_SECONDS
    for one in chats:
        found.append(one)
        if len(found) >= AT_ONCE or time.monotonic() > until:
            break
    return found
