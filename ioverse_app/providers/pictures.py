"""Turns with pictures, in the words of both of OpenAI's protocols.

Protocol: https://platform.openai.com/docs/guides/images-vision
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from ioverse_app.providers.provider import Image, Turn


def chat_content(turn: Turn, sees: bool) -> str | list[dict[str, Any]]:
    """The content of a turn for Chat Completions; a model that does not see gets the text."""
    if not (turn.images and sees):
        return turn.content
    text = [{"type": "text", "text": turn.content}] if turn.content else []
    pictures = [{"type": "image_url", "image_url": {"url": _url(i)}} for i in turn.images]
    return [*text, *pictures]


def responses_content(turn: Turn, sees: bool) -> str | list[dict[str, Any]]:
    """The content of a turn for Responses; a model that does not see gets the text."""
    if not (turn.images and sees):
        return turn.content
    text = [{"type": "input_text", "text": turn.content}] if turn.content else []
    return [*text, *({"type": "input_image", "image_url": _url(i)} for i in turn.images)]


def _url(image: Image) -> str:
    return f"data:{image.media_type};base64,{b64encode(image.data).decode()}"
