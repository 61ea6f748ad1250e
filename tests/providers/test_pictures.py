"""Pictures: models that see get them, whatever the protocol; the others get the words alone."""

from __future__ import annotations

from base64 import b64encode

import files
import pytest
from asking import read

from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.providers.openai_responses import OpenAIResponses
from ioverse_app.providers.provider import Image, Request, Turn

PNG = files.png()
URL = "data:image/png;base64," + b64encode(PNG).decode()


def asking(model: str, text: str = "What is this?") -> Request:
    return Request(model, [Turn("system", "See."), Turn("user", text, [Image("image/png", PNG)])])


@pytest.fixture
def sent(aimock):
    """The messages that a server gets."""

    async def sent(provider, request) -> list:
        answer = await read(provider.stream(request))
        assert answer.error is None
        body = aimock.journal()[-1]["body"]
        return body.get("input") or body["messages"]

    return sent


async def test_chat_completions_get_the_text_and_then_the_pictures(aimock, sent):
    chat = OpenAIChat(aimock.url, "key")
    system, user = await sent(chat, asking("gpt-4o"))
    assert system["content"] == "See."
    picture = {"type": "image_url", "image_url": {"url": URL}}
    assert user["content"] == [{"type": "text", "text": "What is this?"}, picture]
    assert (await sent(chat, asking("gpt-4o", "")))[1]["content"] == [picture]


async def test_a_model_that_does_not_see_gets_the_words_alone(aimock, sent):
    assert (await sent(OpenAIChat(aimock.url, "key"), asking("gpt-3.5-turbo")))[1] == {
        "role": "user",
        "content": "What is this?",
    }
    here = OpenAIChat(aimock.url, name="embedded")
    assert (await sent(here, asking("smollm2-135m")))[1]["content"] == "What is this?"


async def test_responses_get_them_in_their_own_words(aimock):
    openai = OpenAIResponses("sk-a-test-key", base_url=aimock.url)
    assert (await read(openai.stream(asking("gpt-4o")))).text
    body = openai._body(asking("gpt-4o"))
    assert body["input"][1]["content"] == [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": URL},
    ]
