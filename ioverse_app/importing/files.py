"""An uploaded file, read chat by chat: JSON, or a ZIP of JSON, of any size within the limits."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import ijson

from ioverse_app.importing import chatgpt, claude, librechat, open_webui, own
from ioverse_app.importing.chat import Facts, ImportedChat, NotUnderstood

DEPTH_MAX = 400
UNPACKED_MAX = 2_000_000_000
RATIO_MAX = 200
ENTRIES_MAX = 50_000
CHAT_MAX = 150_000_000
"""Bytes of JSON text in a single chat, roughly: what is larger is no chat."""

_CHATS = re.compile(r"(^|[/\\])conversations([-_ ]?\d+)?\.json$", re.IGNORECASE)
"""The files of ChatGPT and Claude that have chats in them, beside others that have none."""

NO_CHATS = (
    "There are no chats in this file that can be read. Choose the JSON or the ZIP that IOverse, "
    "ChatGPT, Claude, Open WebUI or LibreChat exported."
)


class Unreadable(Exception):
    """The file cannot be read, and why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in the file that was not understood."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class _Format:
    name: str
    is_ours: Callable[[Facts], bool]
    read: Callable[[Facts], ImportedChat]


FORMATS = [
    _Format(each.NAME, each.is_ours, each.read)
    for each in (own, chatgpt, claude, librechat, open_webui)
]
SOURCES = [each.name for each in FORMATS]


def read_chats(path: Path) -> Generator[ImportedChat | Trouble]:
    """Every chat in the file, and what was not understood. Raises Unreadable.

    It reads as it goes and keeps one chat in memory. It blocks: call it in a thread.
    """
    if zipfile.is_zipfile(path):
        yield from _of_archive(path)
    else:
        with path.open("rb") as file:
            yield from _of_json(file, path.name)


def _of_archive(path: Path) -> Iterator[ImportedChat | Trouble]:
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in _checked(archive):
                with archive.open(entry) as file:
                    yield from _of_json(file, entry.filename, strict=False)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
    ) as error:
        raise Unreadable("This ZIP is broken or locked. Export it again.") from error


def _checked(archive: zipfile.ZipFile) -> Sequence[zipfile.ZipInfo]:
    """The JSON files of an archive that does no harm."""
    entries = archive.infolist()
    if len(entries) > ENTRIES_MAX:
        raise Unreadable(f"This ZIP has {len(entries):,} files; {ENTRIES_MAX:,} is the most.")
    for entry in entries:
        place = PurePosixPath(entry.filename.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts or ":" in place.parts[:1]:
            raise Unreadable("This ZIP names files outside of itself, so it is not opened.")
    wanted = [one for one in entries if one.filename.lower().endswith(".json")]
    size = sum(one.file_size for one in wanted)
    packed = sum(one.compress_size for one in wanted)
    if size > UNPACKED_MAX or size > RATIO_MAX * max(packed, 10_000):
        raise Unreadable("This ZIP unpacks to far more than it should, so it is not opened.")
    return [one for one in wanted if _CHATS.search(one.filename)] or wanted


def _of_json(file: IO[bytes], name: str, strict: bool = True) -> Iterator[ImportedChat | Trouble]:
    try:
        for item in _items(file):
            yield from _understood(item, name)
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        if strict:
            raise Unreadable("This file is not whole JSON. Export it again.") from error
        yield Trouble(name, "It is not whole JSON.")


def _understood(item: Any, name: str) -> Iterator[ImportedChat | Trouble]:
    if not isinstance(item, dict):
        return
    facts: Facts = item
    for one in FORMATS:
        if one.is_ours(facts):
            try:
                yield one.read(facts)
            except NotUnderstood as error:
                title = facts.get("title") or facts.get("name") or name
                yield Trouble(str(title)[:100], str(error))
            return
    if nested := facts.get("conversations") or facts.get("chats"):
        for each in nested if isinstance(nested, list) else ():
            yield from _understood(each, name)
        return
    yield Trouble(name, "It has something that is no chat.")


def _items(file: IO[bytes]) -> Iterator[Any]:
    """The elements of a list, or the one object that there is instead."""
    events = _bounded(ijson.basic_parse(file, use_float=True))
    first = next(events, None)
    if first is None:
        return
    if first[0] == "start_array":
        builder: ijson.ObjectBuilder | None = None
        depth = 0
        for event, value in events:
            if builder is None:
                if event == "end_array":
                    return
                builder = ijson.ObjectBuilder()
            builder.event(event, value)
            depth += _step(event)
            if depth == 0:
                yield builder.value
                builder = None
    else:
        builder = ijson.ObjectBuilder()
        builder.event(*first)
        for event, value in events:
            builder.event(event, value)
        yield builder.value


def _bounded(events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The same, until it goes too deep or a single chat grows too large."""
    depth = size = 0
    for event in events:
        depth += _step(event[0])
        if depth > DEPTH_MAX:
            raise Unreadable("This JSON goes deeper than any export does, so it is not read.")
        if depth <= 1:
            size = 0
        size += len(event[1]) if isinstance(event[1], str) else 8
        if size > CHAT_MAX:
            raise Unreadable("This file has a single chat that is too large to be one.")
        yield event


def _step(event: str) -> int:
    if event in ("start_map", "start_array"):
        return 1
    return -1 if event in ("end_map", "end_array") else 0
