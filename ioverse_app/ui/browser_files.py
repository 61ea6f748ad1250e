"""The files that run in the browser, linked to where the front end's build looks for them.

All of them at once, in the folders that they are in here, so that each finds the others by their
place. (`rx.asset` reads the whole stack for each file: 60 files took five seconds of every start.)
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_PLACE = "external/ioverse"
_KINDS = {".js", ".jsx", ".css"}


def browser_file(path: str) -> str:
    """What a component's `library` is for a file, named from this folder: `shell/drawer.jsx`."""
    if path not in _linked():
        raise FileNotFoundError(f"There is no browser file {path}.")
    return f"$/public/{_PLACE}/{path}"


@cache
def _linked() -> frozenset[str]:
    assets = Path.cwd() / "assets" / _PLACE
    paths = {file.relative_to(_HERE) for file in _HERE.rglob("*") if file.suffix in _KINDS}
    for path in paths:
        _link(assets / path, _HERE / path)
    return frozenset(path.as_posix() for path in paths)


def _link(link: Path, file: Path) -> None:
    """Make a link, or leave it as it is: the reload of `reflex run` watches this folder."""
    if link.is_symlink() and link.readlink() == file:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    # Another process may do the same at this moment; whichever is last, the link is whole.
    new = link.with_name(f".{link.name}.{os.getpid()}")
    new.symlink_to(file)
    new.replace(link)
