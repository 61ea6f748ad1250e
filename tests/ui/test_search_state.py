"""Search on the screen: what crosses the socket, and to whom."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path

from node import run_in_node
from pages import page_of

from ioverse_app import db
from ioverse_app.services import conversations
from ioverse_app.tables import Message
from ioverse_app.ui.accounts import current
from ioverse_app.ui.search.state import SearchState

HERE = Path(__file__).parent


def test_operators_are_completed_and_results_kept():
    run_in_node(HERE / "search" / "search.test.mjs")


async def told(user, text) -> list:
    """What a page of this person is told when they type."""
    current._known.clear()
    root = await page_of(user)
    state = await root.get_state(SearchState)

    @asynccontextmanager
    async def locked():
        yield

    class Page:
        router = state.router
        _find = SearchState._find

        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            return None

    return [event async for event in SearchState.look.fn(Page(), text)]


async def test_results_go_to_the_person_who_asks(ann, bob):
    async with db.transaction() as session:
        chat = await conversations.start(session, ann, "Garden")
        session.add(Message(conversation_id=chat.id, role="user", content="A red tulip"))
    (event,) = await told(ann, "tulip")
    value = event.payload["value"]
    (line,) = value["hits"]
    assert value["text"] == "tulip"
    assert line[:4] == [
        "message",
        line[1],
        [["Garden", 0]],
        [["A red ", 0], ["tulip", 1]],
    ]
    assert line[6] == "You"
    (event,) = await told(bob, "tulip")
    assert event.payload["value"]["hits"] == []
    assert await told(None, "tulip") == []
