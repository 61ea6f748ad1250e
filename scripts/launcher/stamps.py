"""Remember what a thing was made from, so that it is made again only when that has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(files: Iterable[Path], *facts: str) -> str:
    """A hash over the names and contents of files, and over facts such as a version."""
    digest = hashlib.sha256(repr(facts).encode())
    for file in sorted(files):
        content = file.read_bytes()
        digest.update(f"\0{file}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    """Whether the stamp says that the thing was made from this."""
    try:
        return stamp.read_text() == wanted
    except OSError:
        return False


def write(stamp: Path, wanted: str) -> None:
    """Say that the thing is made."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
