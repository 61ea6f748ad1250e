"""What is wrong with this installation, for the terminal: `python -m ioverse_app.doctor`."""

from __future__ import annotations

import asyncio
import sys

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.providers import registry
from ioverse_app.services import doctor
from ioverse_app.services.doctor import Finding, Level
from ioverse_app.startup import checked_settings, make_data_folder

_MARKS = {Level.GOOD: "ok", Level.NOTE: "note", Level.WARNING: "warning", Level.PROBLEM: "PROBLEM"}


def main() -> int:
    """Say what was found; 1 if there is a problem, 2 if nothing could be looked at."""
    try:
        checked_settings()
        make_data_folder()
        found = asyncio.run(_examine())
    except AppError as error:
        sys.stderr.write(f"{error.message}\n")
        return 2
    for finding in found:
        sys.stdout.write(f"{_MARKS[finding.level]:>8}  {finding.about}: {finding.sentence}\n")
        if finding.next_step:
            sys.stdout.write(f"{'':>8}  → {finding.next_step}\n")
    return int(any(finding.level is Level.PROBLEM for finding in found))


async def _examine() -> list[Finding]:
    try:
        return await doctor.examine()
    finally:
        await registry.close()
        await db.close()


if __name__ == "__main__":
    sys.exit(main())
