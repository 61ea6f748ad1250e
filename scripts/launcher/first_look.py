"""Find what would stop the start before minutes go into it. The app reads its settings itself."""

from __future__ import annotations

import os
from pathlib import Path

from launcher.places import ROOT
from launcher.port import listen
from launcher.progress import Stop


def look() -> None:
    """Stop with a sentence if the port is taken or the data folder cannot be one."""
    written = settings()
    _check_folder(ROOT / written.get("DATA_DIR", "data"))
    _check_port(written.get("HOST", "127.0.0.1"), written.get("PORT", "3000"))


def settings() -> dict[str, str]:
    """What the environment and `.env` say, as far as it says anything."""
    return {**_env_file(ROOT / ".env"), **{k: v for k, v in os.environ.items() if v}}


def _env_file(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in path.read_text(errors="replace").splitlines() if path.is_file() else []:
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        value = value.strip()
        if value[:1] in ("'", '"'):
            value = value[1:].partition(value[0])[0]
        else:
            value = value.partition(" #")[0].strip()
        if equals and value and not name.startswith("#"):
            found[name.strip().upper()] = value
    return found


def _check_folder(folder: Path) -> None:
    there = next(path for path in [folder, *folder.parents] if path.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return
    why = "may not be written" if there.is_dir() else "is not a folder"
    raise Stop(
        f"The data folder {folder} cannot be written ({there} {why}):"
        " set DATA_DIR to a folder that can."
    )


def _check_port(host: str, port: str) -> None:
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise Stop(f'PORT is "{port}", but it should be a number from 1 to 65535.')
    listen(host, int(port)).close()
