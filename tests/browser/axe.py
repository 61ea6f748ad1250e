"""axe-core looks at a page for what keeps people out of it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page
from upstreams import HERE, install

AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")

_RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.map(
    ({ id, impact, nodes }) => [impact, id, ...nodes.slice(0, 3).map((node) => node.html)])"""


def faults(page: Page) -> list[list[str]]:
    """What is serious or critical on this page, each with up to three places."""
    if not AXE.exists():
        install()
    # Evaluated from outside, which the page's policy does not forbid.
    page.evaluate(Path(AXE).read_text() + "; 0")
    return [fault for fault in page.evaluate(_RUN) if fault[0] in GRAVE]
