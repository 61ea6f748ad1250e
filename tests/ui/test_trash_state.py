"""What any client can do to the trash and to temporary chats: only what its cookie allows."""

from __future__ import annotations

import pytest
from pages import fire, page_of
from sqlmodel import col, select

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta
from ioverse_app.providers.scripted import Scripted
from ioverse_app.services import conversations, runs
from ioverse_app.tables import Conversation
from ioverse_app.ui.accounts import current
from ioverse_app.ui.chats.list_state import ChatListState
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.chats.temporary_state import TemporaryState
from ioverse_app.ui.chats.trash_state import TrashState

MODEL = "scripted/parrot"


@pytest.fixture(autouse=True)
async def running(database):
    current._known.clear()
    async with engine.running():
        registry.use(Scripted([TextDelta("Hello"), Finished("stop")]))
        yield
    await registry.close()


async def deleted(user, *titles) -> list[str]:
    async with db.transaction() as session:
        made = [await conversations.start(session, user, title) for title in titles]
        ids = [chat.id for chat in made]
        await conversations.delete_many(session, user, ids)
        return ids


async def there(*where) -> list[str]:
    """The titles of all chats, oldest first."""
    query = select(col(Conversation.title)).where(*where).order_by(col(Conversation.id))
    async with db.reading() as session:
        return list((await session.exec(query)).all())


async def test_restore_delete_for_good_and_empty(ann, bob):
    one, two, _ = await deleted(ann, "One", "Two", "Three")
    root = await page_of(ann)
    state = await root.get_state(TrashState)
    await fire(root, TrashState.restore, [one])
    assert await there(col(Conversation.deleted_at).is_(None)) == ["One"]

    TrashState.ask_erase.fn(state, [two], "Two")
    assert state.question == "Delete this chat for good?"
    assert "“Two”" in state.sentence
    TrashState.keep.fn(state)
    await fire(root, TrashState.erase)
    assert await there() == ["One", "Two", "Three"], "the answer was no"
    TrashState.ask_erase.fn(state, [two, one], "Two")
    assert state.sentence.startswith("2 chats")
    await fire(root, TrashState.erase)
    assert await there() == ["One", "Three"], "what is not in the trash stays"
    assert state.question == ""

    theirs = await page_of(bob)
    await fire(theirs, TrashState.restore, [two])
    for other in (theirs, await page_of(None)):
        TrashState.ask_empty.fn(await other.get_state(TrashState))
        await fire(other, TrashState.erase)
        assert await there() == ["One", "Three"]
    TrashState.ask_empty.fn(state)
    await fire(root, TrashState.erase)
    assert await there() == ["One"]


async def test_every_list_comes_by_its_name_and_no_other(ann):
    await deleted(ann, "One")
    root = await page_of(ann)
    for which, titles in (("chats", []), ("archived", []), ("trash", ["One"])):
        _, (sent,) = await fire(root, ChatListState.more, which, "")
        assert [line[1] for line in sent.payload["value"]["page"]] == titles
    for nonsense in ("everything", 3, None, ["trash"]):
        _, (sent,) = await fire(root, ChatListState.more, nonsense, "")
        assert sent is None


async def begin(user):
    """A page on which a temporary chat has begun."""
    root = await page_of(user)
    await fire(root, ChatState.open)
    await fire(root, TemporaryState.toggle)
    chat = await root.get_state(ChatState)
    assert chat.temporary
    chat.model = MODEL
    _, (sent,) = await fire(root, ChatState.send, {"message": "My secret"})
    assert "chat_list" not in str(sent), "it is not put into the list"
    async for _ in runs.follow(user, chat.running_id):
        pass
    chat._begun = None
    return root, chat


async def go(root, path: str) -> None:
    headers = {"cookie": root.router.headers.cookie}
    root.router = type(root.router).from_router_data(
        {"pathname": path, "asPath": path, "headers": headers}
    )
    await fire(root, ChatState.open)


async def test_a_temporary_chat_ends_when_its_page_goes_elsewhere(ann):
    root, chat = await begin(ann)
    await go(root, f"/chat/{chat.conversation_id}")
    assert chat.temporary
    assert await there() == ["My secret"], "a reload is not leaving"
    await fire(root, TemporaryState.toggle)
    assert chat.temporary, "it can be kept, but not turned off"
    await go(root, "/chat")
    assert await there() == []
    assert (chat.conversation_id, chat.temporary, chat.missing) == ("", False, False)


async def test_one_that_is_kept_stays(ann, bob):
    root, chat = await begin(ann)
    theirs = await page_of(bob)
    (await theirs.get_state(ChatState)).conversation_id = chat.conversation_id
    await fire(theirs, TemporaryState.keep)
    assert await there(col(Conversation.temporary)) == ["My secret"]
    await fire(root, TemporaryState.keep)
    assert not chat.temporary
    await go(root, "/chat")
    assert await there(~col(Conversation.temporary)) == ["My secret"]


async def test_a_page_is_told_whose_it_is(ann):
    _, (sent,) = await fire(await page_of(ann), ChatState.tell_whose)
    assert sent.payload == {"ref": "drafts", "value": ann.id}
    _, (sent,) = await fire(await page_of(None), ChatState.tell_whose)
    assert sent is None
