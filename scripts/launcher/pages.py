"""The pages: compiled by Reflex and built by npm, when what they are made from has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from launcher import stamps
from launcher.places import BUILT_PAGES, PYTHON, ROOT, WEB
from launcher.progress import run_step, with_tools

_STAMP = WEB / ".ioverse-built"
_SUFFIXES = {".py", ".js", ".jsx", ".ts", ".tsx", ".css", ".json", ".md", ".svg"}


def build() -> None:
    """Build the pages, unless they are built from exactly this."""
    if is_built():
        return
    _STAMP.unlink(missing_ok=True)
    # Left behind by a development server that was stopped early, it would skip the compilation.
    (WEB / "nocompile").unlink(missing_ok=True)
    run_step(
        "Building the pages",
        [PYTHON, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
        advice="If it is the network, see what `npm config get registry` says; then start again.",
        environment=with_tools({"REFLEX_ENV_MODE": "prod", "NO_COLOR": "1"}),
    )
    # Building writes reflex.lock, so the stamp is what it is now.
    stamps.write(_STAMP, _fingerprint())


def is_built() -> bool:
    """Whether the pages that are there come from the sources that are there."""
    return (BUILT_PAGES / "index.html").is_file() and stamps.is_current(_STAMP, _fingerprint())


def sources() -> Iterator[Path]:
    """What the pages are made from. Any module of the app may end in a page, so all of them do."""
    for name in ("rxconfig.py", "requirements.txt", ".npmrc"):
        yield ROOT / name
    for folder in ("assets", "reflex.lock"):
        yield from (file for file in (ROOT / folder).rglob("*") if file.is_file())
    for file in (ROOT / "ioverse_app").rglob("*"):
        if file.suffix in _SUFFIXES and file.is_file():
            yield file


def _fingerprint() -> str:
    # Reflex links components' own files into assets/external by itself.
    external = ROOT / "assets" / "external"
    return stamps.fingerprint(file for file in sources() if external not in file.parents)
