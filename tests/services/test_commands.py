"""Commands: found, checked, done; what they change holds, and nobody else is touched."""

from __future__ import annotations

import contextlib
from typing import Literal

import pytest

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.errors import AppError, Conflict, Invalid, NotFound
from ioverse_app.providers import registry
from ioverse_app.providers.events import TextDelta
from ioverse_app.providers.provider import Model
from ioverse_app.providers.scripted import Scripted, words
from ioverse_app.services import commands, conversations, exports, messages, runs, titles
from ioverse_app.services.beginning import Beginning
from ioverse_app.services.commands import Ask, Begun, Reply
from ioverse_app.services.commands import registry as commands_registry
from ioverse_app.services.commands.registry import Text, called, command, find
from ioverse_app.tables import Conversation

MODEL = "scripted/parrot"


class Two(Scripted):
    """A provider with two models."""

    async def models(self):
        return [
            Model("scripted/parrot", "Parrot", self.name, self.label),
            Model("scripted/raven-large", "Raven Large", self.name, self.label),
        ]


@pytest.fixture(autouse=True)
async def running(database):
    async with engine.running():
        registry.use(Two(words("It steers.")))
        yield
    await registry.close()


async def answered(user, text="How does a bicycle stay upright?", chat=None):
    started = await runs.start(user, chat, text, model=MODEL)
    async for _ in runs.follow(user, started.run_id):
        pass
    return started


async def chat_of(user, chat_id) -> Conversation:
    async with db.reading() as session:
        return await conversations.get(session, user, chat_id)


async def branch_of(user, chat_id):
    conversation = await chat_of(user, chat_id)
    async with db.reading() as session:
        return [m.id for m in (await messages.page(session, conversation)).items]


async def said(user, chat_id, text, **values) -> str:
    outcome = await commands.run(user, chat_id, text, **values)
    assert isinstance(outcome, Reply)
    return outcome.text


@pytest.mark.parametrize(
    ("text", "is_one", "sent"),
    [
        ("/help", True, "/help"),
        ("/temp 0.5", True, "/temp 0.5"),
        ("//help me", False, "/help me"),
        (" /help", False, " /help"),
        ("// a comment", False, "// a comment"),
        ("/* a comment */", False, "/* a comment */"),
        ("/", False, "/"),
        ("a/b", False, "a/b"),
    ],
)
def test_a_slash_and_a_word_make_a_command(text, is_one, sent):
    assert commands.is_command(text) == is_one
    assert commands.literal(text) == sent


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/tmep 1", "Did you mean /temp?"),
        ("/hepl", "Did you mean /help?"),
        ("/etc/hosts is a file", "begin with //"),
        ("/zzzzzzzz", "/help lists all"),
        ("/temp warm", "/temp takes a number or default as its value, not “warm”. Write: /temp ["),
        ("/temp 0.5 1", "takes less than that"),
        ("/ping pong", "takes nothing more. Write: /ping"),
        ("/codeblock", "needs <language>. Write: /codeblock <language> <code…>"),
        ("/codeblock python", "needs <code…>"),
        ("/pop model", "takes user or system or assistant or gpt as its role"),
        ("/temp 3", "Temperature is a number from 0 to 2."),
        ("/temp nan", "from 0 to 2"),
        ("/topp -1", "Top P is a number from 0 to 1."),
        ("/model whale", "Model must be one of: parrot, raven-large."),
        ("/model a", "Model must be one of: parrot, raven-large."),
        ("/translate klingonese", "no language known here"),
        ("/translate English", "Both languages are English"),
        ("/info city", "There is no fact “city”"),
        ("/info city " + "x" * 2001, "at most 2,000 characters"),
        ("/pop", "There is no message to pop."),
        ("/pop user", "There is no user message to pop."),
        ("/pop gpt", "There is no assistant message to pop."),
        ("/pop system", "There is no system message to pop."),
        ("/retry", "There is no message to retry."),
        ("/summarize", "nothing to summarize"),
        ("/title", "There is no chat yet"),
        ("/export", "There is no chat yet"),
        ("/export doc", "takes pdf or markdown"),
    ],
)
async def test_what_is_wrong_is_said(ann, text, sentence):
    with pytest.raises(Invalid) as refused:
        await commands.run(ann, None, text, model=MODEL, beginning=Beginning())
    assert sentence in refused.value.message


async def test_a_function_is_a_command(monkeypatch):
    monkeypatch.setattr(commands_registry, "_names", {})
    monkeypatch.setattr(commands_registry, "_commands", {})

    @command("c")
    async def count(
        desk, number: int, unit: Literal["m", "km"] = "m", share: float | None = None, *rest: str
    ):
        """Count something."""

    @command()
    async def note(desk, name: str, text: Text = ""):
        """Note something."""

    assert [one.usage for one in commands.known()] == [
        "/count <number> [m|km] [share] [rest…]",
        "/note <name> [text…]",
    ]
    assert find("c").help == "Count something."
    assert called(find("C"), '3 KM 0.5 "two words" three') == [3, "km", 0.5, "two words", "three"]
    assert called(find("count"), "3") == [3]
    assert called(find("note"), '"a name"  two\n  lines ') == ["a name", "two\n  lines"]
    with pytest.raises(Invalid, match="a whole number as its number"):
        called(find("count"), "3.5")
    for wrong in ("_count", "c"):
        with pytest.raises(ValueError, match="cannot be"):
            command(wrong)(note)


async def test_the_simple_ones(ann):
    assert await said(ann, None, "/ping") == "pong"
    assert await said(ann, None, "/echo two\nlines") == "two\nlines"
    assert await said(ann, None, "/codeblock py print(1)") == "```py\nprint(1)\n```"
    assert (await said(ann, None, "/codeblock md ```x```")).startswith("````md\n")
    everything = await said(ann, None, "/help")
    for one in commands.known():
        assert f"`{one.usage}`: " in everything
        assert one.help.splitlines()[0].endswith(".")
    assert "Also: `/temperature`, `/settemperature`" in await said(ann, None, "/help temp")
    assert "`/temp" in await said(ann, None, "/HELP /settemperature")


async def test_parameters_are_shown_set_and_reset(ann):
    chat = (await answered(ann)).conversation_id
    assert await said(ann, chat, "/temp") == "Temperature is **1 (default)**."
    assert "from **1 (default)** to **0.2**" in await said(ann, chat, "/temp 0.2")
    assert "from **0.2** to **0.4**" in await said(ann, chat, "/settemperature .4")
    assert "to **0.9**" in await said(ann, chat, "/topp 0.9")
    assert "does not take it" in await said(ann, chat, "/temp 0.3", model="openai/gpt-5")
    await said(ann, chat, "/system Answer in rhymes.\nAlways.")
    assert "> Answer in rhymes.\n> Always." in await said(ann, chat, "/system")
    await said(ann, chat, "/info city Seoul in Korea")
    await said(ann, chat, "/translate ko en")
    kept = await chat_of(ann, chat)
    assert kept.parameters == {
        "temperature": 0.3,
        "top_p": 0.9,
        "system_prompt": "Answer in rhymes.\nAlways.",
    }
    assert kept.facts == {"city": "Seoul in Korea"}
    assert "**city**: Seoul in Korea" in await said(ann, chat, "/info")
    table = await said(ann, chat, "/context")
    for words_ in ("| Temperature | 0.3 |", "Korean ⇄ English", "1 question (about", "| city |"):
        assert words_ in table
    assert "default" in await said(ann, chat, "/pop system")
    assert "to **1 (default)**" in await said(ann, chat, "/temp default")
    assert "is forgotten" in await said(ann, chat, "/info city")
    assert "begins anew" in await said(ann, chat, "/reset")
    kept = await chat_of(ann, chat)
    assert (kept.parameters, kept.facts, kept.language, kept.head_id) == ({}, {}, None, None)


async def test_another_model_answers(ann):
    chat = (await answered(ann)).conversation_id
    assert "(**chosen**)" in (await said(ann, chat, "/model")).splitlines()[0]
    assert await said(ann, chat, "/model raven") == "Model changed to **Raven Large**."
    assert (await chat_of(ann, chat)).model == "scripted/raven-large"
    for name in ("PARROT", "scripted/parrot"):
        assert "Parrot" in await said(ann, chat, f"/changemodel {name}")
    with pytest.raises(Invalid, match="Did you mean Raven Large"):
        await said(ann, chat, "/model ravne-large")


async def test_clear_and_pop_lose_nothing(ann):
    first = await answered(ann)
    chat = first.conversation_id
    second = await answered(ann, "And a unicycle?", chat)
    everything = [first.question_id, first.answer_id, second.question_id, second.answer_id]
    assert await branch_of(ann, chat) == everything
    assert "1 answer" in await said(ann, chat, "/pop")
    assert await branch_of(ann, chat) == everything[:3]
    assert "1 question" in await said(ann, chat, "/pop user")
    assert await branch_of(ann, chat) == everything[:2]
    assert "1 question" in (told := await said(ann, chat, "/clear"))
    assert "1 answer (about" in told
    assert await branch_of(ann, chat) == []
    assert "nothing to clear" in await said(ann, chat, "/clear")
    again = await answered(ann, "A new beginning", chat)
    async with db.reading() as session:
        message = await messages.get(session, ann, again.question_id)
        old = await messages.get(session, ann, first.question_id)
    assert message.parent_id is None is old.parent_id, "they are versions of each other"


async def test_retry_answers_again(ann):
    first = await answered(ann)
    outcome = await commands.run(ann, first.conversation_id, "/retry", model=MODEL)
    assert isinstance(outcome, Begun)
    assert outcome.started.answer_id != first.answer_id
    async for _ in runs.follow(ann, outcome.started.run_id):
        pass
    await said(ann, first.conversation_id, "/pop gpt")
    outcome = await commands.run(ann, first.conversation_id, "/retry", model=MODEL)
    assert isinstance(outcome, Begun)


async def test_nothing_is_taken_away_while_it_is_written(ann):
    registry.use(Scripted([TextDelta("a"), 60.0]))
    started = await runs.start(ann, None, "Hello", model=MODEL)
    for text in ("/clear", "/reset", "/pop", "/retry", "/summarize"):
        with pytest.raises(Conflict):
            await commands.run(ann, started.conversation_id, text)


async def test_titles_exports_and_summaries(ann):
    def script(request):
        asked_for_title = request.turns[0].content == titles.PROMPT
        return words("Upright bicycles") if asked_for_title else words("It steers.")

    provider, ref = Scripted(script), "compatible/parrot"
    provider.name = "compatible"
    registry.use(provider, Scripted(words("It steers.")))
    chat = (await answered(ann)).conversation_id
    assert "**Two wheels**" in await said(ann, chat, "/title  Two wheels ")
    assert "**Upright bicycles**" in await said(ann, chat, "/title", model=ref)
    assert (await chat_of(ann, chat)).title == "Upright bicycles"
    assert "**How does a bicycle stay upright?**" in await said(ann, chat, "/title")
    assert f"(/api/chats/{chat}/export?format=json)" in await said(ann, chat, "/export json")
    assert isinstance(await commands.run(ann, chat, "/summarize"), Ask)
    async with db.reading() as session:
        exported = await exports.conversation(session, ann, chat)
    file = await exports.write(exported, exports.Format.MARKDOWN)
    assert file.data.decode().startswith("# How does a bicycle stay upright?")
    assert file.name == "How does a bicycle stay upright.md"


async def test_what_is_set_before_the_first_message_holds_for_it(ann):
    provider = Two(words("네."))
    registry.use(provider)
    beginning = Beginning()
    for text in ("/temp 0.4", "/info city Seoul", "/title Plans", "/model raven"):
        await said(ann, None, text, model=MODEL, beginning=beginning)
    assert beginning.model == "scripted/raven-large"
    assert "Korean" in await said(ann, None, "/translate 한국어 English", beginning=beginning)
    started = await runs.start(
        ann, None, "안녕", model=MODEL, parameters=beginning.parameters, beginning=beginning
    )
    async for _ in runs.follow(ann, started.run_id):
        pass
    kept = await chat_of(ann, started.conversation_id)
    assert (kept.title, kept.parameters, kept.facts) == (
        "Plans",
        {"temperature": 0.4},
        {"city": "Seoul"},
    )
    assert (kept.language, kept.model_language) == ("ko", "en")


async def test_somebody_elses_chat_is_not_there(ann, bob):
    chat = (await answered(ann)).conversation_id
    quiet = {"help", "ping", "echo", "codeblock", "model"}
    arguments = {"info": " a b", "title": " x", "translate": " ko en", "system": " x"}
    for one in commands.known():
        if one.name not in quiet:
            with pytest.raises(NotFound):
                await commands.run(bob, chat, f"/{one.name}{arguments.get(one.name, '')}")
    with pytest.raises(NotFound):
        await commands.run(bob, chat, "/model raven")
    assert (await chat_of(ann, chat)).facts == {}
    assert len(await branch_of(ann, chat)) == 2


async def test_no_text_breaks_a_command(ann):
    for one in commands.known():
        for text in ("\x00", "\ud800", '"', "🚀 " * 50, "-1e999", "x" * 5000, "|`*_[]("):
            with contextlib.suppress(AppError):
                await commands.run(
                    ann, None, f"/{one.name} {text}", model=MODEL, beginning=Beginning()
                )
