"""Search: what is found, by whom, and that the index follows every change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from conftest import both_databases
from sqlalchemy import delete, update

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.errors import Invalid
from ioverse_app.providers import registry
from ioverse_app.providers.events import Finished, TextDelta
from ioverse_app.providers.scripted import Scripted
from ioverse_app.services import conversations, forks, runs, search
from ioverse_app.services.search.finding import WINDOW
from ioverse_app.tables import (
    Attachment,
    Conversation,
    Found,
    Message,
    SearchBacklog,
    SearchEntry,
    User,
)

pytestmark = both_databases


async def chat(session, user, title="A chat", *texts, role="user", **values) -> list[Message]:
    """A chat in which these texts follow each other."""
    conversation = await conversations.start(session, user, title)
    said: list[Message] = []
    for text in texts:
        parent_id = said[-1].id if said else None
        said.append(
            Message(
                conversation_id=conversation.id,
                parent_id=parent_id,
                role=role,
                content=text,
                **values,
            )
        )
        session.add(said[-1])
        await session.flush()
    return said


async def found(session, user, text) -> list[str]:
    """What the results show: marks in brackets."""
    results = await search.find(session, user, text, limit=100)
    return [marked(hit.snippet if hit.message_id else hit.title) for hit in results.hits]


def marked(snippet) -> str:
    return "".join(f"[{text}]" if is_match else text for text, is_match in snippet.parts)


async def test_words_phrases_beginnings_and_what_is_not_wanted(ann, session):
    await chat(session, ann, "Fruit", "Red apples and pears", "Pears, green apples", "An apple pie")
    assert await found(session, ann, "red apples ") == ["[Red] [apples] and pears"]
    assert await found(session, ann, '"pears green" ') == ["[Pears, green] apples"]
    assert len(await found(session, ann, '"pears green" pie ')) == 0
    assert sorted(await found(session, ann, "appl* ")) == [
        "An [apple] pie",
        "Pears, green [apples]",
        "Red [apples] and pears",
    ]
    assert await found(session, ann, "apple ") == ["An [apple] pie"], "not apples"
    assert len(await found(session, ann, "apple")) == 3, "somebody is still typing"
    assert await found(session, ann, "apples -green ") == ["Red [apples] and pears"]
    assert await found(session, ann, "fruit ") == ["[Fruit]"]
    assert await found(session, ann, "cherries ") == []


async def test_case_accents_and_width_make_no_difference(ann, session):
    await chat(session, ann, "Notes", "Der Größenwahn in der Straße", "Un café déjà vu", "ＦＵＬＬ")
    await chat(session, ann, "cafe\u0301", "e")
    assert await found(session, ann, "STRASSE ") == ["Der Größenwahn in der [Straße]"]
    assert await found(session, ann, "grossenwahn ") == ["Der [Größenwahn] in der Straße"]
    assert await found(session, ann, "Déja ") == ["Un café [déjà] vu"]
    assert await found(session, ann, "full ") == ["[ＦＵＬＬ]"]
    assert len(await found(session, ann, "cafe ")) == 2


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("東京都の天気予報です。", "天気", "東京都の[天気]予報です。"),
        ("東京都の天気予報です。", "気", "東京都の天[気]予報です。"),
        ("我们明天去北京大学", "北京大学", "我们明天去[北京大学]"),
        ("สวัสดีครับ วันนี้อากาศดีมาก", "อากาศ", "สวัสดีครับ วันนี้[อากาศ]ดีมาก"),
        ("ดื่มน้ำเย็น", "น้ำ", "ดื่ม[น้ำ]เย็น"),
        ("서울에서 만나요", "서울", "[서울]에서 만나요"),
        ("買iPhone手机了", "iphone手机", "買[iPhone手机]了"),
        ("ﾃｽﾄの話", "テスト", ""),
        ("הַשָּׁלוֹם בָּא", "השלום", ""),
        ("مُحَمَّد كَتَبَ", "محمد", ""),
        ("Тест ёлки", "елки", "Тест [ёлки]"),
    ],
)
async def test_every_script_is_found(ann, session, text, query, shown):
    await chat(session, ann, "Words", text, "Nothing of the kind 日")
    results = await found(session, ann, query)
    assert len(results) == 1
    assert not shown or results == [shown]


async def test_operators(ann, session):
    (old,) = await chat(session, ann, "Old", "Plans for a garden")
    old.created_at = datetime(2024, 5, 17, tzinfo=UTC)
    old.content = "Plans for an old garden"
    await chat(
        session, ann, "New", "The garden ```code```", role="assistant", model="openai/gpt-5.1-mini"
    )
    (with_file,) = await chat(session, ann, "Files", "A garden, see there")
    for name, kind in (("map.png", "image"), ("list.pdf", "document")):
        session.add(
            Attachment(
                user_id=ann.id,
                conversation_id=with_file.conversation_id,
                message_id=with_file.id,
                name=name,
                kind=kind,
                media_type="x/y",
                size=1,
                stored="0" * 64,
                text="Tulips and daffodils" if kind == "document" else "",
            )
        )
    await session.flush()
    everything = await found(session, ann, "garden ")
    assert len(everything) == 3
    for operators, count in {
        "from:me": 2,
        "from:assistant": 1,
        "-from:me": 1,
        "model:gpt-5.1": 1,
        "model:openai": 1,
        "MODEL:mini": 1,
        "model:claude": 0,
        "has:code": 1,
        "has:image": 1,
        "has:file": 1,
        "-has:file": 2,
        "before:2024": 0,
        "before:2025": 1,
        "before:2024-06": 1,
        "before:2024-05-17": 0,
        "before:2024-05-18": 1,
        "after:2024-05-16": 3,
        "after:2024-05-17": 2,
        "after:2024": 2,
        "after:2024-04 before:2025-01-01": 1,
        "before:2024-05-18 after:2025": 0,
        "in:archived": 0,
        "-in:archived": 3,
    }.items():
        assert len(await found(session, ann, f"garden {operators}")) == count, operators
    assert len(await found(session, ann, "has:image")) == 2, "the message, and the picture itself"
    assert await found(session, ann, "tulips ") == ["list.pdf [Tulips] and daffodils"]
    (hit,) = (await search.find(session, ann, "daffodils ")).hits
    assert (hit.kind, hit.message_id, hit.name) == (Found.ATTACHMENT, with_file.id, "list.pdf")
    assert hit.path == f"/chat/{with_file.conversation_id}?message={with_file.id}"
    await conversations.archive(session, ann, old.conversation_id)
    assert await found(session, ann, "in:archived garden ") == ["Plans for an old [garden]"]
    assert len(await found(session, ann, "garden ")) == 3, "without the operator, in both"


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "-", '"', '""', "*", "has:", "before:soon", "a" * 9000]
)
async def test_odd_queries_find_nothing_and_raise_nothing(ann, session, text):
    await chat(session, ann, "Title", "Text")
    assert await found(session, ann, text) == []


async def test_nobody_finds_what_is_somebody_elses(ann, bob, session):
    await chat(session, ann, "Secret plans", "A garden", "A secret garden")
    assert len(await found(session, ann, "secret")) == 2
    for query in ("secret", "-nothing", "from:me", "garden OR secret", f"o{ann.id[-12:]}"):
        assert await found(session, bob, query) == []
    twin = User(
        **{
            **bob.model_dump(),
            "id": "x" * 20 + ann.id[-12:],
            "username_folded": "t",
            "email_folded": "t",
        }
    )
    assert await found(session, twin, "secret") == [], "marks only narrow; visible_to decides"


async def test_temporary_chats_are_not_found(ann, session):
    session.add(Conversation(owner_id=ann.id, title="Fleeting", temporary=True))
    await session.flush()
    assert await found(session, ann, "fleeting") == []


async def test_the_index_follows_every_change(ann, session):
    (message,) = await chat(session, ann, "First title", "First words")
    chat_id = message.conversation_id
    await conversations.rename(session, ann, chat_id, "Second title")
    message.content = "Second words"
    await session.flush()
    assert await found(session, ann, "first ") == []
    assert await found(session, ann, "second ") == ["[Second] title"]
    assert await found(session, ann, '"second words" ') == ["[Second words]"]
    await session.execute(
        update(Message).where(Message.id == message.id).values(content="Third words")
    )
    assert await found(session, ann, "third ") == ["[Third] words"]
    await conversations.delete(session, ann, chat_id)
    assert await found(session, ann, "third ") == []
    await conversations.restore(session, ann, chat_id)
    assert await found(session, ann, "third ") == ["[Third] words"]
    copy = await forks.fork(session, ann, message.id)
    assert len(await found(session, ann, "third ")) == 2
    await session.execute(delete(Conversation).where(Conversation.id == copy.id))
    assert len(await found(session, ann, "third ")) == 1
    await session.delete(await conversations.get(session, ann, chat_id))
    await session.flush()
    assert await found(session, ann, "second third") == []
    assert (await session.exec(SearchEntry.__table__.select())).all() == [], "it is gone for good"


async def test_a_change_that_is_rolled_back_is_not_found(ann):
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as session:
            await chat(session, ann, "Never", "happened")
            raise ZeroDivisionError
    async with db.transaction() as session:
        assert await found(session, ann, "happened ") == []
        await chat(session, ann, "Really", "happened")
    async with db.reading() as session:
        assert await found(session, ann, "happened ") == ["[happened]"]


async def test_answers_are_found_when_they_are_stored(ann):
    async with engine.running():
        registry.use(
            Scripted([TextDelta("The capital "), TextDelta("is Paris."), Finished("stop")])
        )
        started = await runs.start(ann, None, "Which capital?", model="scripted/parrot")
        async for _ in runs.follow(ann, started.run_id):
            pass
    await registry.close()
    async with db.reading() as session:
        results = await search.find(session, ann, "capital from:assistant model:parrot ")
    assert [(hit.message_id, marked(hit.snippet)) for hit in results.hits] == [
        (started.answer_id, "The [capital] is Paris.")
    ]


async def test_the_best_comes_first(ann, session):
    long = "A word about rivers, " + "and other things that have nothing to do with it, " * 40
    await chat(session, ann, "Notes", long, "Rivers: rivers, and more rivers")
    (old,) = await chat(session, ann, "Old notes", "Rivers: rivers, and more rivers!")
    old.created_at = datetime.now(UTC) - timedelta(days=700)
    await chat(session, ann, "Rivers", "Something else")
    shown = await found(session, ann, "rivers ")
    assert shown[0] == "[Rivers]"
    assert shown[1] == "[Rivers]: [rivers], and more [rivers]"
    assert shown[2].endswith("!")
    assert len(shown) == 4


async def test_a_title_and_the_message_that_it_comes_from_are_one_result(ann, session):
    said = await chat(session, ann, "Growing tomatoes", "Tips for growing tomatoes?", "Tomatoes!")
    await chat(session, ann, "Salad", "With tomatoes")
    results = await search.find(session, ann, "tomatoes ")
    assert len(results.hits) == 3
    (title,) = [hit for hit in results.hits if hit.kind == Found.TITLE]
    assert marked(title.title) == "Growing [tomatoes]"
    assert marked(title.snippet) == "Tips for growing [tomatoes]?"
    assert title.path == f"/chat/{said[0].conversation_id}"
    (alone,) = (await search.find(session, ann, '"tips for" ')).hits
    assert alone.message_id == said[0].id
    first = await search.find(session, ann, "tomatoes ", limit=1)
    second = await search.find(session, ann, "tomatoes ", limit=10, cursor=first.next_cursor)
    assert len({hit.path for hit in (*first.hits, *second.hits)}) == 3


async def test_pages_leave_nothing_out_and_repeat_nothing(ann, bob, session):
    count = WINDOW + 130
    for i in range(45):
        await chat(session, ann, f"Stone {i}", *(f"stone {i} {j}" for j in range(count // 45 + 1)))
    await chat(session, bob, "Stone", "stone")
    seen, cursor = [], None
    while True:
        page = await search.find(session, ann, "stone ", cursor=cursor, limit=37)
        seen += [(hit.conversation_id, hit.message_id) for hit in page.hits]
        if not cursor:
            assert all(hit.kind == Found.TITLE for hit in page.hits), "titles first"
            await chat(session, ann, "Late", "stone that came later")
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 45 + 45 * (count // 45), "titles with first messages"


@pytest.mark.parametrize("cursor", ["x", "1_2", "1_2_3_x", f"1_{10**30}_0_0", "1_1_-1_0", "1__2_3"])
async def test_what_is_no_cursor_is_refused(ann, session, cursor):
    with pytest.raises(Invalid):
        await search.find(session, ann, "stone", cursor=cursor)


async def test_very_long_texts_are_found(ann, session):
    rows = " ".join(f"word{i}" for i in range(24_000))
    await chat(session, ann, "Long", rows, "語" * 150_000 + "末尾")
    (shown,) = await found(session, ann, "word20000 ")
    assert "[word20000]" in shown
    assert len(shown) < 300
    assert len(await found(session, ann, "語語")) == 1


async def test_what_was_there_before_the_index_is_filled_in(ann):
    async with db.transaction() as session:
        for i in range(7):
            await chat(session, ann, f"Early {i}", f"early words {i}")
        await session.execute(delete(SearchEntry))
        for table, kind in ((Conversation, Found.TITLE), (Message, Found.MESSAGE)):
            for row in (await session.exec(table.__table__.select())).all():
                session.add(SearchBacklog(object_id=row.id, kind=kind))
        await session.flush()
        await chat(session, ann, "Late", "early words that came later")
        results = await search.find(session, ann, "early ")
        assert len(results.hits) == 1
        assert "still being added" in results.hints[0]
    await search.fill(batch=3)
    async with db.reading() as session:
        results = await search.find(session, ann, '"early words" ')
        assert len(results.hits) == 8
        assert results.hints == ()
        order = (await session.exec(SearchEntry.__table__.select().order_by("number"))).all()
        ids = [row.object_id for row in order]
        assert ids == sorted(ids), "numbered as if they had always been there"
