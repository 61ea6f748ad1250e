"""What the tests need from the operating system: Chromium, Poppler, a library of the model."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import sys
from pathlib import Path

from launcher.places import PYTHON
from launcher.progress import Stop, run_step

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CACHE = "Library/Caches/ms-playwright" if sys.platform == "darwin" else ".cache/ms-playwright"
_DOWNLOADED = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)


def find_chromium() -> str | None:
    """The path of a Chromium, or None. CHROMIUM names one."""
    if found := os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None):
        return found
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / _CACHE)
    return next((str(path) for pattern in _DOWNLOADED for path in folder.glob(pattern)), None)


def install_for_tests() -> str:
    """Install what is missing, and return the path of a Chromium. Stop says how to get one."""
    if sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt_install()
    elif not find_chromium() and sys.platform == "darwin":
        run_step(
            "Installing Chromium",
            [PYTHON, "-m", "playwright", "install", "chromium"],
            advice="Install Chromium by hand and start again.",
        )
    if found := find_chromium():
        return found
    raise Stop(
        "The tests need a browser: install Chromium (on Debian or Ubuntu: sudo apt-get install"
        " chromium), or name one with CHROMIUM=/path/to/chromium.",
        1,
    )


def _apt_install() -> None:
    missing = [] if find_chromium() else ["chromium", "fonts-liberation"]
    missing += [] if ctypes.util.find_library("gomp") else ["libgomp1"]
    missing += [] if shutil.which("pdftotext") else ["poppler-utils"]
    if not missing:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run_step(
        "Reading the list of system packages",
        ["apt-get", "update"],
        environment=environment,
        advice="Look at the network and start again.",
    )
    run_step(
        f"Installing {' '.join(missing)}",
        ["apt-get", "install", "-y", "--no-install-recommends", *missing],
        environment=environment,
        advice="Install it by hand and start again.",
    )
