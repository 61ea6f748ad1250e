"""The pages' own scripts, run in Node without a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def run_in_node(path: Path, *, seconds: float = 60, **environment: str) -> None:
    """Run a file of tests in the Node of this environment; skip where there is none."""
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    node = shutil.which("node", path=places)
    if node is None:
        pytest.skip("Node is not installed")
    done = subprocess.run(
        [node, "--test", "--test-reporter=dot", str(path)],
        env={**os.environ, "NODE_NO_WARNINGS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
