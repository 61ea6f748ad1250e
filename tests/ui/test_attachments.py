"""The files beside the composer, run in Node without a browser; and what a client may send."""

from __future__ import annotations

from pathlib import Path

from node import run_in_node
from pages import fire, page_of
from sqlmodel import select

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import attachments
from ioverse_app.tables import Attachment
from ioverse_app.ui.chats.state import ChatState

HERE = Path(__file__).parent


def test_no_file_is_lost_in_the_page():
    run_in_node(HERE / "attachments" / "waiting.test.mjs")


async def test_what_was_sent_is_shown_and_nobody_sends_what_is_somebody_elses(ann, bob):
    async def notes():
        yield b"Some notes"

    mine = await attachments.add(ann, "notes.txt", notes())
    async with engine.running():
        registry.use(Scripted(words("Yes.")))
        for user, sent in ((bob, False), (ann, True)):
            root = await page_of(user)
            state = await root.get_state(ChatState)
            state.model = "scripted/parrot"
            state, _ = await fire(root, ChatState.send, {"message": "", "attachments": mine.id})
            assert (len(state.messages) == 2) is sent
            assert ("not there any more" in state.problem) is not sent
    assert [each.name for each in state.messages[0].attachments] == ["notes.txt"]
    assert state.title == "Notes.txt"
    async with db.reading() as session:
        row = (await session.exec(select(Attachment))).one()
    assert row.message_id == state.messages[0].id
    await registry.close()
