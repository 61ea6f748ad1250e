"""The program that reads one file: a process of its own, which may fail without harm.

It is told its work by its arguments and answers with one line of JSON.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

if __name__ == "__main__":  # alone, without the paths that the app runs with
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ioverse_app.documents import docx, kinds, pdf, picture, text
from ioverse_app.documents.document import Document, Limits, Refusal

MEMORY = 1_000_000_000
CPU_SECONDS = 25
LARGEST_FILE = 100_000_000


def main(source: str, target: str, name: str, limits: str) -> None:
    """Read `source`, known to people as `name`; a picture is written anew to `target`."""
    _bind()
    try:
        document = read(Path(source), Path(target), name, Limits(**json.loads(limits)))
        said = asdict(document)
    except Refusal as refusal:
        said = {"reason": refusal.reason, "facts": refusal.facts}
    except (MemoryError, RecursionError):
        said = {"reason": "file_too_hard", "facts": {}}
    sys.stdout.write(json.dumps(said))


def read(source: Path, target: Path, name: str, limits: Limits) -> Document:
    """What the file is and says; raises Refusal."""
    with source.open("rb") as file:
        head = file.read(kinds.HEAD)
    if not head:
        raise Refusal("file_empty")
    claimed = kinds.claimed(name)
    match kinds.found(head):
        case "image":
            _agree(claimed, "image")
            return picture.rewrite(source, target, limits)
        case "pdf":
            _agree(claimed, "pdf")
            return pdf.read(source, limits)
        case "zip":
            document = docx.read(source, limits)
            _agree(claimed, "docx")
            return document
        case "office":
            raise Refusal("file_office")
        case "rtf":
            raise Refusal("file_unknown")
        case "text":
            document = _text(source, name, limits, claimed)
            _agree(claimed, "text")
            return document


def _text(source: Path, name: str, limits: Limits, claimed: kinds.Family | None) -> Document:
    try:
        return text.read(source, name, limits)
    except Refusal as refusal:
        if refusal.reason == "file_not_text" and claimed not in (None, "text"):
            raise Refusal("file_damaged") from None
        raise


def _agree(claimed: kinds.Family | None, found: kinds.Family) -> None:
    if claimed not in (None, found):
        raise Refusal("file_misnamed", claimed=kinds.NAMES[claimed], found=kinds.NAMES[found])


def _bind() -> None:
    """Take no more memory, time and disk than a file is worth, where the system can tell."""
    with suppress(ImportError):
        import resource

        for limit, most in (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, CPU_SECONDS),
            (resource.RLIMIT_FSIZE, LARGEST_FILE),
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(ValueError, OSError):
                resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
