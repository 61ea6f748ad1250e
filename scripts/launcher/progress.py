"""Show that something is happening; when it fails, show the end of what it said and what to do."""

from __future__ import annotations

import collections
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from launcher.places import BIN, ROOT

_LINES_ON_FAILURE = 20
_SECONDS_BETWEEN_LINES = 15


class Stop(Exception):
    """There is no going on; `code` is what the launcher exits with."""

    def __init__(self, sentence: str, code: int = 2) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


class Failed(Stop):
    """A step ended badly. What it said last has been shown."""

    def __init__(self, name: str, advice: str, said: Sequence[str]) -> None:
        super().__init__(f"{name} failed. {advice}", 1)
        self.said = said


def say(line: str) -> None:
    """One line for the person who started it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def warn(line: str) -> None:
    """One line that is no reason to stop."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def run_step(
    name: str,
    command: Sequence[str | Path],
    *,
    advice: str = "",
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> list[str]:
    """Run a command with its name and seconds on the screen; return what it said, or Failed."""
    with _started(command, environment, folder) as process:
        said: collections.deque[str] = collections.deque(maxlen=500)
        output = process.stdout
        assert output is not None
        reader = threading.Thread(target=_collect, args=(output, said), daemon=True)
        reader.start()
        _wait(name, process)
        reader.join(timeout=2)
    if process.returncode:
        raise Failed(name, advice, list(said)[-_LINES_ON_FAILURE:])
    return list(said)


def with_tools(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of this process, with the programs of the virtual environment first."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, **(extra or {})}


@contextlib.contextmanager
def _started(
    command: Sequence[str | Path], environment: Mapping[str, str] | None, folder: Path
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _collect(output: IO[str], said: collections.deque[str]) -> None:
    for line in output:
        if line.strip():
            said.append(line.rstrip())


def _wait(name: str, process: subprocess.Popen[str]) -> None:
    begun = time.monotonic()
    on_screen = sys.stdout.isatty()
    next_line = 0.0
    while process.poll() is None:
        elapsed = time.monotonic() - begun
        if on_screen:
            sys.stdout.write(f"\r{name} … {elapsed:.0f} s")
        elif elapsed >= next_line:
            sys.stdout.write(f"{name} … {elapsed:.0f} s\n" if elapsed > 1 else f"{name} …\n")
            next_line += _SECONDS_BETWEEN_LINES
        sys.stdout.flush()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.2)
    result = "failed after" if process.returncode else "done in"
    start = "\r\x1b[K" if on_screen else ""
    sys.stdout.write(f"{start}{name}: {result} {time.monotonic() - begun:.0f} s\n")
    sys.stdout.flush()
