"""What is long: a chat of 2,000 messages, a list of 10,000 chats, and typing beside them."""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from page import open_page
from people import choose_model
from playwright.sync_api import Browser, Page
from server import Process
from sqlmodel import Session, create_engine, select

from ioverse_app.tables import Conversation, Message, User, now

SHORT, LONG, VERSIONS = "A short chat", "A long chat", "A chat with versions"
CHATS = 10_000
LINES = 2_000
WORDS = "Some words of an answer, with **bold** ones and `code`. " * 8

# From a click to the frame in which the last message of the chat is on the screen.
WATCH = """
([label, end]) => {
  const bench = (window.bench = {...window.bench, clicked: 0, shown: 0});
  const click = () => { bench.clicked ||= performance.now(); };
  document.addEventListener('click', click, {capture: true, once: true});
  const look = () => {
    const last = [...document.querySelectorAll('article[data-role=assistant]')].at(-1);
    const box = last?.getBoundingClientRect();
    const there = box && last.textContent.includes(end) && box.bottom > 0 && box.top < innerHeight;
    if (bench.clicked && there) bench.shown = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""
SCROLL = """
async () => {
  const list = document.querySelector('.chat-list');
  const frames = [];
  let before = performance.now();
  for (let at = list.scrollHeight; at > 0; at -= 400) {
    list.scrollTop = at;
    await new Promise(requestAnimationFrame);
    frames.push(performance.now() - before);
    before = performance.now();
  }
  frames.sort((a, b) => a - b);
  return {p50: frames[frames.length >> 1], p95: frames[Math.floor(frames.length * 0.95)]};
}
"""
TYPING = """
window.typed = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (entry.name === 'keydown') window.typed.push(entry.duration);
}).observe({type: 'event', durationThreshold: 16, buffered: false});
"""


def seed(database: Path) -> None:
    """Everything long, written straight into the tables, for the one person that there is."""
    engine = create_engine(f"sqlite:///{database}")
    with Session(engine) as session:
        owner = session.exec(select(User)).one().id
        begun = now() - timedelta(days=1)
        for title, count, minutes in ((SHORT, 20, 1), (LONG, 2000, 2), (VERSIONS, 20, 3)):
            chat = Conversation(
                owner_id=owner, title=title, active_at=begun - timedelta(minutes=minutes)
            )
            session.add(chat)
            session.flush()
            chat.head_id = _talk(session, chat, count)
            if title == VERSIONS:
                _second_version(session, chat)
        session.add_all(
            Conversation(
                owner_id=owner, title=f"Chat {i}", active_at=begun - timedelta(minutes=10 + i)
            )
            for i in range(CHATS)
        )
        session.commit()
    engine.dispose()


def _talk(session: Session, chat: Conversation, count: int) -> str:
    """A branch; its last answer says the title of its chat."""
    parent = None
    for i in range(count):
        role = "assistant" if i % 2 else "user"
        end = f" The end of {chat.title}." if i == count - 1 else ""
        message = Message(
            conversation_id=chat.id,
            parent_id=parent,
            role=role,
            content=f"{i}. {WORDS}{end}" if role == "assistant" else f"Question {i}",
            model="compatible/0x80" if role == "assistant" else None,
        )
        session.add(message)
        session.flush()
        parent = message.id
    return parent or ""


def _second_version(session: Session, chat: Conversation) -> None:
    last = session.exec(select(Message).where(Message.id == chat.head_id)).one()
    session.add(
        Message(
            conversation_id=chat.id,
            parent_id=last.parent_id,
            role="assistant",
            content=f"{WORDS} The second end.",
            model=last.model,
        )
    )


def measure(chromium: Browser, served: Process, cookie: str, repeats: int) -> dict:
    """All the figures, by name."""
    page = open_page(chromium, served.url, cookie)
    page.locator(".chat-row a").first.wait_for()
    found = {}
    times = {title: [] for title in (SHORT, LONG)}
    for _ in range(repeats + 1):  # the first time warms up
        for title, taken in times.items():
            taken.append(_opening(page, title))
    short, long = (statistics.median(taken[1:]) for taken in times.values())
    found["open_20_ms"], found["open_2000_ms"] = round(short, 1), round(long, 1)
    found["open_2000_times_20"] = round(long / short, 2)
    found["vote_in_2000_bytes"] = _bytes(page, lambda: _vote(page))
    found["rename_in_2000_bytes"] = _bytes(page, lambda: _rename(page, LONG, "A longer chat"))
    found["switch_version_ms"] = round(statistics.median(_versions(page, repeats)), 1)
    found |= _list(page)
    page.context.close()
    typing = open_page(chromium, served.url, cookie)
    found["typing_beside_an_answer_ms"] = _typing(typing, served, stalled=False)
    found["typing_without_a_server_ms"] = _typing(typing, served, stalled=True)
    return found


def _opening(page: Page, title: str) -> float:
    link = page.get_by_role("link", name=title, exact=True)
    return _until(page, link.click, f"The end of {title}.")


def _until(page: Page, act: Callable[[], None], end: str) -> float:
    page.evaluate(WATCH, ["", end])
    act()
    page.wait_for_function("() => window.bench.shown")
    taken = page.evaluate("window.bench.shown - window.bench.clicked")
    page.wait_for_timeout(400)
    return taken


def _versions(page: Page, times: int) -> list[float]:
    _opening(page, VERSIONS)
    last = page.locator("article[data-role=assistant]").last
    taken = []
    for number in range(times):
        name, end = (
            ("Next version", "The second end.")
            if number % 2 == 0
            else ("Previous version", f"The end of {VERSIONS}.")
        )
        taken.append(_until(page, last.get_by_role("button", name=name).click, end))
    return taken


@contextmanager
def _received(page: Page):
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    frames: list[int] = []
    client.on(
        "Network.webSocketFrameReceived",
        lambda frame: frames.append(len(frame["response"]["payloadData"].encode()) + 4),
    )
    yield frames
    client.detach()


def _bytes(page: Page, act: Callable[[], None]) -> int:
    with _received(page) as frames:
        act()
        page.wait_for_timeout(800)
        return sum(frames)


def _vote(page: Page) -> None:
    last = page.locator("article[data-role=assistant]").last
    last.get_by_role("button", name="Good response").click()
    page.locator("article [aria-pressed=true]").first.wait_for()


def _rename(page: Page, old: str, new: str) -> None:
    row = page.locator(".chat-row", has=page.get_by_role("link", name=old, exact=True))
    row.hover()
    row.get_by_role("button", name="Chat menu").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("textbox", name="Title").fill(new)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=new, exact=True).wait_for()


def _list(page: Page) -> dict:
    """The first page of the list, the next ones, and how it scrolls when it has become long."""
    first = []
    for _ in range(3):
        begun = time.monotonic()
        page.reload(wait_until="commit")
        page.locator(".chat-row a").first.wait_for()
        first.append((time.monotonic() - begun) * 1000)
    taken = []
    rows = page.locator(".chat-row")
    while (count := rows.count()) < LINES:
        begun = time.monotonic()
        page.evaluate("document.querySelector('.chat-list').scrollTo(0, 1e9)")
        page.wait_for_function(
            "count => document.querySelectorAll('.chat-row').length > count", arg=count
        )
        taken.append((time.monotonic() - begun) * 1000)
    frames = page.evaluate(SCROLL)
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.collectGarbage")
    heap = client.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    return {
        "list_first_page_after_reload_ms": round(statistics.median(first)),
        "list_next_page_ms": round(statistics.median(taken)),
        "list_next_page_at_2000_ms": round(statistics.median(taken[-5:])),
        "list_2000_frame_p95_ms": round(frames["p95"], 1),
        "list_2000_elements": page.evaluate("document.querySelectorAll('.chat-list *').length"),
        "list_2000_heap_mb": round(heap, 1),
    }


def _typing(page: Page, served: Process, *, stalled: bool) -> float:
    """The longest time from a key to its letter on the screen, at 20 keys a second."""
    page.evaluate(TYPING)
    field = page.get_by_role("textbox", name="Message")
    if not stalled:
        choose_model(page, "compatible/100x6")
        field.fill("Speak")
        page.get_by_role("button", name="Send").click()
        page.locator("[data-status=streaming]").wait_for()
        page.wait_for_timeout(1000)
    else:
        os.killpg(served.process.pid, signal.SIGSTOP)
    try:
        before = field.input_value()
        text = "typed while nobody waits"
        field.press_sequentially(text, delay=50)
        if field.input_value() != before + text:
            raise RuntimeError("What was typed is not in the field.")
        page.wait_for_timeout(300)
    finally:
        if stalled:
            os.killpg(served.process.pid, signal.SIGCONT)
    return max(page.evaluate("window.typed"), default=16)  # shorter ones are not told
