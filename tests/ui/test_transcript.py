"""The browser side of a message's text, run in Node without a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.mark.parametrize("subject", ["store", "drafts", "marks", "portion", "markdown"])
def test_the_transcript_keeps_its_promises(subject):
    node = shutil.which(
        "node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    web = Path(os.environ.get("WEB_DIR", ROOT / ".web"))
    if node is None:
        pytest.skip("Node is not installed")
    if subject == "markdown" and not (web / "node_modules" / "streamdown").exists():
        pytest.skip("the front end is not built: reflex export --frontend-only --no-zip")
    done = subprocess.run(
        [node, "--test", "--test-reporter=dot", str(HERE / "transcript" / f"{subject}.test.mjs")],
        env={**os.environ, "WEB_DIR": str(web), "NODE_NO_WARNINGS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
