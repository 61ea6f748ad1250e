"""The audit log from the command line: `python -m ioverse_app.audit verify [hash]`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from ioverse_app import db
from ioverse_app.services import audit


def main(arguments: Sequence[str]) -> int:
    """Verify the log; 1 if it was changed. A hash of an earlier verdict must still be in it."""
    if not arguments or arguments[0] != "verify":
        sys.stderr.write("Usage: python -m ioverse_app.audit verify [hash of an earlier entry]\n")
        return 2
    verdict = asyncio.run(_verify("".join(arguments[1:2])))
    sys.stdout.write(f"{verdict.sentence}\n")
    if verdict.head:
        sys.stdout.write(f"{verdict.count} {verdict.head}\n")
    return 0 if verdict.is_whole else 1


async def _verify(head: str) -> audit.Verdict:
    try:
        return await audit.verify(head.lower())
    finally:
        await db.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
