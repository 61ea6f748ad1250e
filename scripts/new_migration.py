"""Write the next revision: what the tables have and the revisions so far do not.

Run as `make migration name="Add tags to chats"`. Read what it wrote before you commit it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main(name: str) -> None:
    """Compare an empty database, migrated to the newest revision, with the tables."""
    with TemporaryDirectory() as folder:
        os.environ["DATA_DIR"] = folder
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/new.db"

        from alembic.config import Config

        from alembic import command
        from ioverse_app import migrations

        migrations.upgrade()
        known = migrations.revisions()
        number = f"{int(known[-1]) + 1 if known else 1:04}"
        command.revision(
            Config(ROOT / "alembic.ini"), message=name, autogenerate=True, rev_id=number
        )
    written = [str(path) for path in (ROOT / "alembic" / "versions").glob(f"{number}_*.py")]
    for arguments in (["format", "--quiet"], ["check", "--fix", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, *written], check=True)  # noqa: S603
    sys.stdout.write("\n".join(["Written:", *written, ""]))


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]).strip() or "Changes")
