"""The list of chats in a page: what crosses the socket, and what the page makes of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from node import run_in_node

from ioverse_app import db
from ioverse_app.services import conversations
from ioverse_app.tables import Conversation, now
from ioverse_app.ui.chats import list_pushes

HERE = Path(__file__).parent


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Pacific/Auckland", "America/Sao_Paulo"])
def test_the_page_keeps_its_list(zone):
    run_in_node(HERE / "chats" / "chat_store.test.mjs", TZ=zone)


async def many(user, count: int) -> None:
    begun = now()
    async with db.transaction() as session:
        session.add_all(
            Conversation(
                owner_id=user.id, title=f"Chat {i}", active_at=begun - timedelta(minutes=i)
            )
            for i in range(count)
        )


async def test_ten_thousand_chats_cross_the_socket_by_pages(ann):
    await many(ann, 10_000)
    first = (await list_pushes.page(ann)).payload["value"]
    assert [line[1] for line in first["page"]] == [f"Chat {i}" for i in range(50)]
    second = (await list_pushes.page(ann, cursor=first["cursor"])).payload["value"]
    assert second["behind"] == first["cursor"]
    assert second["page"][0][1] == "Chat 50"
    async with db.transaction() as session:
        await conversations.pin(session, ann, second["page"][7][0])
    changed = (await list_pushes.changes(ann, [second["page"][7][0]])).payload["value"]
    assert [(line[1], line[3]) for line in changed["changed"]] == [("Chat 57", 1)]
    again = (await list_pushes.page(ann)).payload["value"]
    assert [line[1] for line in again["page"][:2]] == ["Chat 57", "Chat 0"]


async def test_what_is_gone_is_told_as_gone(ann, bob):
    async with db.transaction() as session:
        mine = await conversations.start(session, ann, "Mine")
        theirs = await conversations.start(session, bob, "Theirs")
    told = (await list_pushes.changes(ann, [mine.id, theirs.id])).payload["value"]
    assert [line[1] for line in told["changed"]] == ["Mine"]
    assert told["gone"] == [theirs.id]
