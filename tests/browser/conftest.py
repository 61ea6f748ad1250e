"""The built app in a process of its own, and people who use it in Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from server import ROOT, Process, app, free_port, upstream
from upstreams import aimock as aimock

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
expect.set_options(timeout=10_000)

Serve = Callable[..., Process]
Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What drives a browser comes last, since Playwright keeps a loop running.

    On a machine that is busy with something else a page may be late: each may be tried again, and
    the summary names those that needed it.
    """
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=2))
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser for all tests; each visit has a profile of its own."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _built() -> None:
    assert (ROOT / ".web" / "build" / "client").is_dir(), "Build the pages first: make test"


@pytest.fixture
def serve(tmp_path: Path, _built: None) -> Iterator[Serve]:
    """Start the app with these settings. It can be killed and started again, with its data."""
    servers: list[Process] = []

    def start(**settings: str) -> Process:
        server = app(tmp_path, free_port(), **settings)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A provider that always says the same, at the pace that the model's name asks for."""
    process = upstream(tmp_path_factory.mktemp("upstream"), free_port()).start("/models")
    yield process
    process.stop()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """A page of somebody's own browser at this address, with whatever a context takes."""
    contexts = []
    problems: list[str] = []

    def open_page(url: str, **context: object) -> Page:
        contexts.append(
            chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, **context})
        )
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems, "no script of a page failed"
