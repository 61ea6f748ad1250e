"""The program that writes one document: a process of its own, without keys and within limits.

It is given the transcript on its standard input by the process that started it, and answers with
the document on its standard output.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ioverse_app.rendering.transcript import Transcript

MEMORY = 2_000_000_000
CPU_SECONDS = 120


def main(kind: str, web: str) -> None:
    """Write what comes in as a document of this kind. `web` is where npm's packages are."""
    _bind()
    # Only the process that started this one writes there.
    transcript = pickle.load(sys.stdin.buffer)  # noqa: S301
    sys.stdout.buffer.write(_writer(kind, Path(web))(transcript))


def _writer(kind: str, web: Path) -> Callable[[Transcript], bytes]:
    """Each kind loads only what it needs."""
    match kind:
        case "pdf":
            from ioverse_app.rendering import pdf

            return lambda transcript: pdf.write(transcript, web)
        case "docx":
            from ioverse_app.rendering import docx

            return docx.write
        case "html":
            from ioverse_app.rendering import html

            return html.write
        case _:
            raise ValueError(kind)


def _bind() -> None:
    """Take no more memory and time than a document is worth, where the system can tell."""
    with suppress(ImportError):
        import resource

        for limit, most in (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, CPU_SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(ValueError, OSError):
                resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
