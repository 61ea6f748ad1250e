"""Where files are kept: a folder in DATA_DIR, each file known by the SHA-256 of its bytes."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ioverse_app.config import settings
from ioverse_app.errors import NotFound, TooLarge

SETTLED: Final = 3600.0
"""Seconds after which what no row names is nobody's: until then its row may still be coming."""

_KEY: Final = re.compile(r"[0-9a-f]{64}")
_GONE: Final = "This file is not there any more."


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has come, and is not yet kept."""

    path: Path
    key: str
    size: int


@asynccontextmanager
async def receiving(chunks: AsyncIterable[bytes], most: int) -> AsyncIterator[Received]:
    """Write what comes to a file of its own, which is gone after the block unless it is kept.

    Raises TooLarge, without a sentence, as soon as there are more than `most` bytes.
    """
    path = await asyncio.to_thread(_new_place)
    try:
        digest, size = hashlib.sha256(), 0
        with path.open("xb", buffering=0) as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise TooLarge("")
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
        yield Received(path, digest.hexdigest(), size)
    finally:
        path.unlink(missing_ok=True)


async def keep(received: Received) -> str:
    """Keep a file that has come; its key."""
    await asyncio.to_thread(_keep, received.path, received.key)
    return received.key


async def put(data: bytes) -> str:
    """Keep these bytes; their key."""
    return await asyncio.to_thread(_put, data)


async def read(key: str) -> bytes:
    """All bytes of a file. NotFound if it is not there."""
    try:
        return await asyncio.to_thread(path_of(key).read_bytes)
    except FileNotFoundError:
        raise NotFound(_GONE) from None


async def find(key: str) -> Path:
    """The path of a file, to send it from. NotFound if it is not there."""
    path = path_of(key)
    if not await asyncio.to_thread(path.is_file):
        raise NotFound(_GONE)
    return path


async def delete(key: str) -> None:
    """Forget a file, if it is there."""
    await asyncio.to_thread(path_of(key).unlink, missing_ok=True)


async def settled() -> list[str]:
    """The keys of all files that were not kept just now. What was never kept is cleared away."""
    return await asyncio.to_thread(lambda: list(_settled()))


async def delete_settled(key: str) -> bool:
    """Forget a file unless somebody kept the same bytes again meanwhile; whether it is gone."""
    return await asyncio.to_thread(_delete_settled, path_of(key))


def path_of(key: str) -> Path:
    """Where the file with this key is, if it is there."""
    if not _KEY.fullmatch(key):
        raise NotFound(_GONE)
    return _folder() / key[:2] / key[2:]


def _folder() -> Path:
    return settings().data_dir.resolve() / "files"


def _arrivals() -> Path:
    return _folder() / "arriving"


def _new_place() -> Path:
    _arrivals().mkdir(mode=0o700, parents=True, exist_ok=True)
    return _arrivals() / secrets.token_hex(16)


def _put(data: bytes) -> str:
    key = hashlib.sha256(data).hexdigest()
    path = _new_place()
    try:
        path.write_bytes(data)
        _keep(path, key)
    finally:
        path.unlink(missing_ok=True)
    return key


def _keep(path: Path, key: str) -> None:
    """Move a file to its place at once: nobody ever reads half of it, whatever fails when."""
    place = path_of(key)
    with suppress(FileNotFoundError):
        os.utime(place)  # it is wanted again
        return
    _sync(path)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.replace(place)
    _sync(place.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _settled() -> Iterator[str]:
    for path in _folder().glob("*/*"):
        if not _is_settled(path):
            continue
        if path.parent == _arrivals():
            path.unlink(missing_ok=True)
        elif _KEY.fullmatch(key := path.parent.name + path.name):
            yield key


def _is_settled(path: Path) -> bool:
    with suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime > SETTLED
    return False


def _delete_settled(path: Path) -> bool:
    if not _is_settled(path):
        return False
    path.unlink(missing_ok=True)
    return True
