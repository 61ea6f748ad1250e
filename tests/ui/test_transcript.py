"""The browser side of a message's text, run in Node without a browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from node import run_in_node

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.mark.parametrize("subject", ["store", "drafts", "marks", "portion", "markdown"])
def test_the_transcript_keeps_its_promises(subject):
    web = Path(os.environ.get("WEB_DIR", ROOT / ".web"))
    if subject == "markdown" and not (web / "node_modules" / "streamdown").exists():
        pytest.skip("the front end is not built: reflex export --frontend-only --no-zip")
    path = HERE / "transcript" / f"{subject}.test.mjs"
    run_in_node(path, seconds=120, WEB_DIR=str(web))
