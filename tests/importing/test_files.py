"""Exports of other programs, whole and broken and hostile."""

from __future__ import annotations

import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioverse_app.importing.chat import ImportedChat, ImportedMessage, moment, tree
from ioverse_app.importing.files import Trouble, Unreadable, read_chats

CHATGPT = {
    "title": "Tides",
    "create_time": 1700000000.0,
    "update_time": 1700000100.5,
    "conversation_id": "abc",
    "current_node": "tool",
    "mapping": {
        "root": {"id": "root", "message": None, "parent": None, "children": ["hidden"]},
        "hidden": {
            "parent": "root",
            "message": {
                "author": {"role": "system"},
                "content": {"content_type": "text", "parts": [""]},
                "metadata": {"is_visually_hidden_from_conversation": True},
            },
        },
        "q": {
            "parent": "hidden",
            "message": {
                "author": {"role": "user"},
                "create_time": 1700000001.0,
                "content": {
                    "content_type": "multimodal_text",
                    "parts": [{"asset_pointer": "file-service://x"}, "Why tides?"],
                },
            },
        },
        "a1": {
            "parent": "q",
            "message": {
                "author": {"role": "assistant"},
                "content": {"content_type": "text", "parts": ["The moon."]},
                "metadata": {"model_slug": "gpt-4o"},
            },
        },
        "a2": {
            "parent": "q",
            "message": {
                "author": {"role": "assistant"},
                "content": {"content_type": "code", "language": "python", "text": "print(1)"},
                "metadata": {"model_slug": "gpt-4o"},
            },
        },
        "tool": {
            "parent": "a1",
            "message": {
                "author": {"role": "tool"},
                "content": {"content_type": "execution_output", "text": "1"},
            },
        },
    },
}
CLAUDE = {
    "uuid": "c-1",
    "name": "Bread",
    "created_at": "2025-03-01T10:00:00.000000Z",
    "updated_at": "2025-03-01T10:05:00Z",
    "chat_messages": [
        {
            "uuid": "m1",
            "text": "How long?",
            "sender": "human",
            "created_at": "2025-03-01T10:00:00Z",
            "attachments": [{"file_name": "recipe.txt", "extracted_content": "flour ``` water"}],
            "files": [],
        },
        {
            "uuid": "m2",
            "sender": "assistant",
            "content": [
                {"type": "thinking", "thinking": "They bake."},
                {"type": "text", "text": "Forty minutes."},
                {"type": "tool_use", "name": "clock"},
            ],
        },
    ],
}
OPEN_WEBUI = {
    "id": "o-1",
    "title": "Paris",
    "archived": True,
    "updated_at": 1710000000,
    "chat": {
        "models": ["llama3"],
        "history": {
            "currentId": "2",
            "messages": {
                "2": {"parentId": "1", "role": "assistant", "content": "Oui.", "model": "llama3"},
                "1": {"parentId": None, "role": "user", "content": "Is it nice?"},
            },
        },
    },
}
LIBRECHAT = {
    "conversationId": "l-1",
    "endpoint": "openAI",
    "title": "Rust",
    "recursive": True,
    "messages": [
        {
            "messageId": "a",
            "parentMessageId": "00000000-0000-0000-0000-000000000000",
            "text": "Borrow?",
            "isCreatedByUser": True,
            "children": [
                {"messageId": "b", "text": "Yes.", "isCreatedByUser": False, "model": "gpt-4.1"},
                {
                    "messageId": "c",
                    "text": "",
                    "content": [{"type": "text", "text": {"value": "No."}}],
                    "isCreatedByUser": False,
                },
            ],
        }
    ],
}
OWN = {
    "format": "ioverse.conversation",
    "version": 1,
    "conversation": {
        "id": "i-1",
        "title": "Own",
        "head_id": "x",
        "model": "openai/gpt-4.1",
        "parameters": {"temperature": 0.2},
    },
    "messages": [
        {"id": "x", "parent_id": None, "role": "user", "content": "Hi", "vote": {"value": "up"}}
    ],
}


def written(tmp_path, value, name="conversations.json"):
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def zipped(tmp_path, files: dict[str, str]):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def chats_of(path) -> list[ImportedChat]:
    return [one for one in read_chats(path) if isinstance(one, ImportedChat)]


def lines(chat: ImportedChat) -> list[tuple[str, str | None, str, str]]:
    return [(m.id, m.parent_id, m.role, m.text) for m in chat.messages]


def test_chatgpt(tmp_path):
    (chat,) = chats_of(written(tmp_path, [CHATGPT]))
    assert (chat.source, chat.source_id, chat.title) == ("ChatGPT", "abc", "Tides")
    assert lines(chat) == [
        ("q", None, "user", "Why tides?"),
        ("a1", "q", "assistant", "The moon."),
        ("a2", "q", "assistant", "```python\nprint(1)\n```"),
    ]
    assert chat.head_id == "a1", "the nearest that is there above the tool's output"
    assert chat.messages[1].model == "openai/gpt-4o"
    assert chat.lost == 2, "a picture and what a tool said"
    assert chat.at.isoformat() == "2023-11-14T22:15:00.500000+00:00"


def test_claude(tmp_path):
    (chat,) = chats_of(written(tmp_path, [CLAUDE]))
    assert (chat.source, chat.source_id, chat.title) == ("Claude", "c-1", "Bread")
    question, answer = chat.messages
    assert question.text == "recipe.txt:\n\n````\nflour ``` water\n````\n\nHow long?"
    assert (answer.parent_id, answer.text, answer.reasoning) == (
        "m1",
        "Forty minutes.",
        "They bake.",
    )
    assert chat.head_id == "m2"
    assert chat.lost == 1


def test_open_webui(tmp_path):
    (chat,) = chats_of(written(tmp_path, [OPEN_WEBUI]))
    assert (chat.source, chat.source_id, chat.archived) == ("Open WebUI", "o-1", True)
    assert lines(chat) == [
        ("1", None, "user", "Is it nice?"),
        ("2", "1", "assistant", "Oui."),
    ]
    assert chat.messages[1].model == "compatible/llama3"


def test_librechat(tmp_path):
    (chat,) = chats_of(written(tmp_path, LIBRECHAT))
    assert (chat.source, chat.source_id) == ("LibreChat", "l-1")
    assert lines(chat) == [
        ("a", None, "user", "Borrow?"),
        ("b", "a", "assistant", "Yes."),
        ("c", "a", "assistant", "No."),
    ]
    assert chat.messages[1].model == "openai/gpt-4.1"


def test_own(tmp_path):
    (chat,) = chats_of(written(tmp_path, OWN))
    assert (chat.source, chat.source_id, chat.head_id) == ("IOverse", "i-1", "x")
    assert chat.messages[0].more == {"vote": {"value": "up"}}
    assert chat.more["parameters"] == {"temperature": 0.2}


def test_a_newer_own_export_is_named(tmp_path):
    (trouble,) = read_chats(written(tmp_path, {**OWN, "version": 2}))
    assert trouble == Trouble("conversations.json", "It comes from a newer IOverse than this one.")


def test_a_zip_gives_its_conversations(tmp_path):
    path = zipped(
        tmp_path,
        {
            "conversations-000.json": json.dumps([CHATGPT, CHATGPT]),
            "user.json": '{"email": "ann@example.org"}',
            "chat.html": "<html>",
        },
    )
    assert len(chats_of(path)) == 2


def test_a_zip_gives_a_chat_that_is_about_conversations_among_others(tmp_path):
    path = zipped(
        tmp_path,
        {name: json.dumps(OWN) for name in ("A conversation.json", "Plan.json", "Other.json")},
    )
    assert len(chats_of(path)) == 3


def test_several_programs_in_one_file(tmp_path):
    found = list(read_chats(written(tmp_path, [CHATGPT, {"nothing": 1}, CLAUDE, 7, "x"])))
    assert [one.source for one in found if isinstance(one, ImportedChat)] == ["ChatGPT", "Claude"]
    assert len([one for one in found if isinstance(one, Trouble)]) == 1


@pytest.mark.parametrize("text", ["", "{", "[1, 2", '{"a": "b"', "\x00\x01\x02", '[{"a": tru}]'])
def test_what_is_not_whole_json_gets_a_sentence(tmp_path, text):
    path = written(tmp_path, text)
    if text == "":
        with pytest.raises(Unreadable, match="not whole JSON"):
            list(read_chats(path))
        return
    with pytest.raises(Unreadable, match="not whole JSON"):
        list(read_chats(path))


def test_what_was_whole_before_the_break_is_there(tmp_path):
    path = written(tmp_path, json.dumps([CHATGPT, CLAUDE])[:-40])
    found = []
    with pytest.raises(Unreadable):
        for one in read_chats(path):
            found.append(one)
    assert [one.source for one in found] == ["ChatGPT"]


def test_deep_json_is_refused(tmp_path):
    path = written(tmp_path, "[" * 100_000)
    with pytest.raises(Unreadable, match="deeper"):
        list(read_chats(path))


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path):
    path = zipped(tmp_path, {"conversations.json": " " * 50_000_000})
    assert path.stat().st_size < 100_000
    with pytest.raises(Unreadable, match="unpacks to far more"):
        list(read_chats(path))


@pytest.mark.parametrize("name", ["../conversations.json", "/etc/conversations.json", "..\\c.json"])
def test_a_zip_that_names_files_outside_is_refused(tmp_path, name):
    with pytest.raises(Unreadable, match="outside of itself"):
        list(read_chats(zipped(tmp_path, {name: "[]"})))


def test_a_broken_zip_is_refused(tmp_path):
    path = zipped(tmp_path, {"conversations.json": json.dumps([CHATGPT] * 50)})
    whole = path.read_bytes()
    path.write_bytes(whole[:60] + b"\xff" * 40 + whole[100:])
    with pytest.raises(Unreadable, match="broken"):
        list(read_chats(path))


def test_messages_that_hang_in_a_circle_or_below_nothing_are_kept():
    def one(key, parent):
        return ImportedMessage(key, parent, "user", key)

    found = tree([one("a", "b"), one("b", "a"), one("c", "nobody"), one("d", "d")], {})
    assert sorted(message.id for message in found) == ["a", "b", "c", "d"]
    placed: set[str] = set()
    for message in found:
        assert message.parent_id is None or message.parent_id in placed
        placed.add(message.id)


@pytest.mark.parametrize(
    "value", [None, "", "soon", -1, 1e300, True, {}, [], "9999999999999999", float("nan")]
)
def test_what_is_no_time_is_none(value):
    assert moment(value) is None or value is True


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("mapping", "message", "content", "parts", "author", "role", "parent", "id"),
                    *("chat_messages", "uuid", "text", "sender", "chat", "history", "messages"),
                    *("conversationId", "messageId", "children", "format", "version", "title"),
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=100, deadline=None)
@given(value=values)
def test_no_json_breaks_the_reader(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("import") / "any.json"
    path.write_text(json.dumps(value))
    try:
        for one in read_chats(path):
            assert isinstance(one, ImportedChat | Trouble)
    except Unreadable:
        pass
