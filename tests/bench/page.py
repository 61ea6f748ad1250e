"""What the page of a browser feels: the main thread, the wire, the first words, the first load."""

from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from upstream import TEXT

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
WATCH = """
window.bench = {tasks: []};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.bench.tasks.push(entry.duration);
}).observe({type: 'longtask', buffered: true});
"""
FIRST_WORDS = """
(selector) => {
  const bench = (window.bench = {...window.bench, clicked: 0, first: 0});
  const known = document.querySelectorAll(selector).length;
  const click = () => { bench.clicked ||= performance.now(); };
  document.querySelector('[aria-label=Send]').addEventListener('click', click, {capture: true});
  const look = () => {
    if (!bench.clicked || bench.first) return;
    const all = document.querySelectorAll(selector);
    if (all.length > known && all[all.length - 1].textContent.includes('What')) {
      bench.first = performance.now();
      observer.disconnect();
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, {subtree: true, childList: true, characterData: true});
}
"""


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=FLAGS)


def open_page(chromium: Browser, base_url: str, cookie: str) -> Page:
    """The chat of somebody who is signed in, when it can be used."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    name, _, value = cookie.partition("=")
    if cookie:
        context.add_cookies([{"name": name, "value": value, "url": base_url}])
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(f"{base_url}/chat")
    page.get_by_role("combobox", name="Model").wait_for()
    return page


def one_answer(page: Page, model: str, question: str = "Hello?") -> dict:
    """A whole answer: seconds of the main thread, the longest task, bytes for each byte of text."""
    _choose(page, f"compatible/{model}")
    page.get_by_role("textbox", name="Message").fill(question)
    page.wait_for_timeout(500)
    return _watch(page, lambda: page.get_by_role("button", name="Send").click())


def _choose(page: Page, model: str) -> None:
    picker = page.get_by_role("combobox", name="Model")
    if picker.evaluate("picker => picker.tagName") == "SELECT":  # the naive app's
        picker.select_option(model)
    else:
        picker.click()
        page.locator(f'[role=option][data-value="{model}"]').click()


def _watch(page: Page, send) -> dict:
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")
    client.send("Network.enable")
    received: list[int] = []
    client.on(
        "Network.webSocketFrameReceived",
        lambda frame: received.append(len(frame["response"]["payloadData"].encode()) + 4),
    )
    page.evaluate("window.bench.tasks.length = 0")
    before = _task_seconds(client)
    send()
    page.locator("[data-role=assistant][data-status=streaming]").last.wait_for()
    page.locator("[data-role=assistant]:not([data-status=streaming])").last.wait_for(
        timeout=240_000
    )
    page.locator("[data-role=assistant][data-status=streaming]").wait_for(
        state="detached", timeout=240_000
    )
    page.wait_for_timeout(1500)
    return {
        "main_thread_s": round(_task_seconds(client) - before, 2),
        "longest_task_ms": round(max(page.evaluate("window.bench.tasks"), default=0)),
        "tasks_over_50_ms": len(page.evaluate("window.bench.tasks")),
        "bytes_per_byte": round(sum(received) / len(TEXT.encode()), 2),
        "frames": len(received),
    }


def _task_seconds(client: CDPSession) -> float:
    metrics = client.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def first_words(page: Page, times: int, *, new: bool) -> list[float]:
    """Milliseconds from the click on Send to the first word in the page, upstream's included."""
    found = []
    for number in range(times):
        if new:
            page.get_by_role("button", name="New chat").click()
            page.wait_for_timeout(700)
        _choose(page, "compatible/20x8")
        page.get_by_role("textbox", name="Message").fill(f"Question {number}")
        page.wait_for_timeout(200)
        page.evaluate(FIRST_WORDS, "article[data-role=assistant]")
        page.get_by_role("button", name="Send").click()
        page.wait_for_function("() => window.bench.first")
        found.append(page.evaluate("window.bench.first - window.bench.clicked"))
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Send").wait_for()
        page.wait_for_timeout(300)
    return found


def first_load(chromium: Browser, base_url: str, cookie: str) -> dict:
    """With nothing cached: what is fetched, and when one can write and send."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": base_url}])
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    client.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    client.on(
        "Network.loadingFinished",
        lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}),
    )
    page.goto(f"{base_url}/chat", wait_until="commit")
    page.get_by_role("combobox", name="Model").wait_for()
    usable = page.evaluate("performance.now()")
    page.wait_for_timeout(1500)
    total = sum(size for id_, size in sizes.items() if kinds.get(id_) in ("Script", "Stylesheet"))
    context.close()
    return {"js_css_kb": round(total / 1024), "usable_s": round(usable / 1000, 2)}


def middle(values: list[float]) -> dict:
    """The median, and between which values the rest lies."""
    return {
        "median": round(statistics.median(values), 1),
        "low": round(min(values), 1),
        "high": round(max(values), 1),
    }
