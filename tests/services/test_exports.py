"""Exports: what is in a file, who may have it, and that writing one holds up nobody."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import os
import time

import pytest
from conftest import both_databases
from PIL import Image
from pypdf import PdfReader

from ioverse_app.config import settings
from ioverse_app.errors import NotFound, Unavailable
from ioverse_app.rendering.transcript import Transcript, Turn
from ioverse_app.services import conversations, exports, forks
from ioverse_app.services.exports import Format, child
from ioverse_app.tables import Attachment, Message, Run, Vote


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(target, "PNG")
    return target.getvalue()


@pytest.fixture
async def chat(ann, session):
    """A question with a picture, two versions of its answer, and one more question."""
    chat = await conversations.start(session, ann, "Plans: May/June")
    chat.model, chat.parameters, chat.facts = "scripted/parrot", {"temperature": 0.5}, {"a": "b"}

    async def say(parent, role, content, **values):
        message = Message(
            conversation_id=chat.id, parent_id=parent, role=role, content=content, **values
        )
        session.add(message)
        await session.flush()
        return message

    first = await say(None, "user", "Show *me* a plan", translation="Zeig mir einen Plan")
    old = await say(first.id, "assistant", "Old **plan**", model="scripted/parrot")
    new = await say(
        first.id,
        "assistant",
        "New **plan** $x^2$",
        model="scripted/parrot",
        reasoning="Hm.",
        status="stopped",
        completion_tokens=7,
        seconds=1.5,
    )
    last = await say(new.id, "user", "Thanks")
    data = picture()
    key = hashlib.sha256(data).hexdigest()
    place = settings().data_dir / "files" / key[:2]
    place.mkdir(parents=True)
    (place / key[2:]).write_bytes(data)
    session.add(
        Attachment(user_id=ann.id, conversation_id=chat.id, message_id=first.id, name="red.png",
                   kind="image", media_type="image/png", size=len(data), stored=key, width=40)
    )  # fmt: skip
    session.add(Vote(message_id=old.id, user_id=ann.id, value="down", comment="No", model="m"))
    session.add(Run(user_id=ann.id, conversation_id=chat.id, message_id=new.id,
                    model="scripted/parrot", parameters={"temperature": 0.7}))  # fmt: skip
    chat.head_id = last.id
    await session.flush()
    return chat


@both_databases
async def test_the_branch_on_the_screen_or_every_version(ann, session, chat):
    branch = await exports.conversation(session, ann, chat.id)
    assert [each.message.content for each in branch.said] == [
        "Show *me* a plan", "New **plan** $x^2$", "Thanks"]  # fmt: skip
    assert (branch.said[1].number, branch.said[1].count) == (2, 2)
    whole = await exports.conversation(session, ann, chat.id, whole=True)
    assert [each.message.content for each in whole.said] == [
        "Show *me* a plan", "Old **plan**", "New **plan** $x^2$", "Thanks"]  # fmt: skip


async def test_markdown_has_the_words_as_they_are(ann, session, chat):
    exported = await exports.conversation(session, ann, chat.id, whole=True)
    file = await exports.write(exported, Format.MARKDOWN)
    said = file.data.decode()
    assert file.name == "Plans May June.md"
    for part in ("# Plans: May/June\n", "## Ann, ", "Show *me* a plan", "Old **plan**",
                 "*Version 1 of 2.*", "### Reasoning\n\nHm.", "*This answer was stopped.*",
                 "Attached: red.png", "### Translation\n\nZeig mir einen Plan"):  # fmt: skip
        assert part in said, part


async def test_json_has_everything(ann, session, chat):
    exported = await exports.conversation(session, ann, chat.id, whole=True)
    file = await exports.write(exported, Format.JSON)
    said = json.loads(file.data)
    assert (said["format"], said["version"]) == ("ioverse.conversation", 1)
    assert said["conversation"]["title"] == "Plans: May/June"
    assert said["conversation"]["parameters"] == {"temperature": 0.5}
    assert said["conversation"]["facts"] == {"a": "b"}
    first, old, new, last = said["messages"]
    assert [first["parent_id"], old["parent_id"], new["parent_id"], last["parent_id"]] == [
        None, first["id"], first["id"], new["id"]]  # fmt: skip
    assert said["conversation"]["head_id"] == last["id"]
    assert old["vote"]["value"] == "down"
    assert new["parameters"] == {"temperature": 0.7}
    assert (new["completion_tokens"], new["seconds"], new["status"]) == (7, 1.5, "stopped")
    assert first["translation"] == "Zeig mir einen Plan"
    assert base64.b64decode(first["attachments"][0]["data"]) == picture()


@pytest.mark.parametrize("format", [Format.PDF, Format.HTML, Format.DOCX])
async def test_documents_are_written_by_a_process_of_their_own(ann, session, chat, format):
    exported = await exports.conversation(session, ann, chat.id)
    file = await exports.write(exported, format)
    assert file.name == f"Plans May June.{format}"
    starts = {Format.PDF: b"%PDF-", Format.HTML: b"<!doctype html>", Format.DOCX: b"PK"}
    assert file.data.startswith(starts[format])
    if format is Format.PDF:
        (page,) = PdfReader(io.BytesIO(file.data)).pages
        assert "New plan" in page.extract_text()
        assert len(page.images) == 1


async def test_nobody_exports_what_is_not_theirs(ann, bob, session, chat):
    with pytest.raises(NotFound):
        await exports.conversation(session, bob, chat.id)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("a/b\\c:d*e?", "a b c d e"),
        ("..", "Chat"),
        ("CON", "CON chat"),
        ("x" * 255, "x" * 80),
        ("Pläne für 五月", "Pläne für 五月"),
        ("evil\u202egpj", "evil gpj"),
    ],
)
async def test_a_file_has_a_name_that_every_system_takes(ann, session, title, name):
    chat = await conversations.start(session, ann, title)
    exported = await exports.conversation(session, ann, chat.id)
    assert (await exports.write(exported, Format.MARKDOWN)).name == f"{name}.md"


async def test_a_long_conversation_is_written_in_time_and_holds_up_nobody():
    answer = (
        "## Part\n\n" + "Some **words** with `code`, *looks* and $x^2$. " * 20 + "\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nfor x in y:\n    print(x)\n```\n\n"
    )
    turns = tuple(
        Turn("Ann" if n % 2 == 0 else "Parrot", "today", f"Question {n}" if n % 2 == 0 else answer)
        for n in range(500)
    )
    longest = 0.0

    async def beat():
        nonlocal longest
        while True:
            start = time.perf_counter()
            await asyncio.sleep(0.01)
            longest = max(longest, time.perf_counter() - start)

    heart = asyncio.create_task(beat())
    before = os.times()
    data = await child.write(Transcript("Long", "", turns), "pdf")
    after = os.times()
    heart.cancel()
    assert data.startswith(b"%PDF-")
    seconds = after.children_user + after.children_system
    seconds -= before.children_user + before.children_system
    assert seconds < 10, f"{seconds:.1f} seconds of a processor"
    assert longest < 1.0, f"the others waited {longest:.2f} s"


async def test_a_document_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(child, "SECONDS", 0.05)
    with pytest.raises(Unavailable, match="Markdown and JSON always work"):
        await child.write(Transcript("Slow", "", (Turn("A", "", "x " * 100_000),)), "pdf")


async def test_a_writer_that_fails_is_a_sentence():
    with pytest.raises(Unavailable) as raised:
        await child.write(Transcript("x", "", ()), "nonsense")
    assert raised.value.code == "export_failed"


async def test_a_writer_has_no_keys(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hidden")
    assert "SECRET_KEY" not in child._KEPT
    assert "OPENAI_API_KEY" not in child._KEPT


async def test_a_fork_of_a_long_branch_exports_alike(ann, session, chat):
    exported = await exports.conversation(session, ann, chat.id)
    new = await forks.fork(session, ann, exported.said[-1].message.id)
    again = await exports.conversation(session, ann, new.id)
    assert [each.message.content for each in again.said] == [
        each.message.content for each in exported.said
    ]
