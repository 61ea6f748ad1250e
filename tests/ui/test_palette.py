"""The palette: what it finds in the page, and what it asks the server."""

from __future__ import annotations

from pathlib import Path

import pytest
from node import run_in_node
from pages import fire, page_of

from ioverse_app import db
from ioverse_app.services import conversations
from ioverse_app.tables import Message
from ioverse_app.ui.palette.state import PaletteState

HERE = Path(__file__).parent


def test_the_page_finds_what_was_typed():
    run_in_node(HERE / "palette" / "fuzzy.test.mjs")


async def test_chats_are_found_by_their_titles_and_only_ones_own(ann, bob):
    async with db.transaction() as session:
        mine = await conversations.start(session, ann, "Soup for many")
        await conversations.start(session, bob, "Soup for one")
    _, [told] = await fire(await page_of(ann), PaletteState.search, "soup")
    assert told.payload == {
        "ref": "palette",
        "value": {"words": "soup", "chats": [[mine.id, "Soup for many"]], "said": []},
    }


async def test_what_was_said_is_found_and_opens_at_the_message(ann, bob):
    async with db.transaction() as session:
        for person in (ann, bob):
            chat = await conversations.start(session, person, "Dinner")
            message = Message(conversation_id=chat.id, role="user", content="A soup of leeks")
            session.add(message)
            await session.flush()
            chat.head_id = message.id
            if person is ann:
                path = f"/chat/{chat.id}?message={message.id}"
    _, [told] = await fire(await page_of(ann), PaletteState.search, "leeks")
    assert told.payload["value"]["said"] == [[path, "A soup of leeks", "Dinner"]]


@pytest.mark.parametrize("words", ["", "%", None, 7, ["x"], "\x00", "a " * 10_000])
async def test_whatever_a_client_asks_is_answered(ann, words):
    _, [told] = await fire(await page_of(ann), PaletteState.search, words)
    assert told.payload["value"]["chats"] == []


async def test_a_stranger_is_told_nothing(database):
    _, [told] = await fire(await page_of(None), PaletteState.search, "soup")
    assert told is None
