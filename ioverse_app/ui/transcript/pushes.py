"""What the server sends into the texts of a page, and in what shape.

A push is `[message id, offset, text]`: the text goes at that offset, counted in code points, as
`len()` counts. Pushing is idempotent: a repeat changes nothing, an overlap adds only what is new,
pieces may come out of order. The page asks for what stays missing (`on_gap` of
`conversation_log`). Offset 0 with a text that differs from the page's replaces it; offset -1
replaces it always; `None` forgets it. Reasoning has its own text, under `<message id>/r`, and a
translation under `<message id>/t`.

On the wire an id is its last 12 characters (48 random bits of a UUIDv7): a frame of Reflex 0.10.1
weighs about 110 bytes and the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import reflex as rx
from reflex.event import Event

Push = tuple[str, int, str | None]

KEY_LENGTH = 12
WHOLE = -1


class PageEvent(Event):
    """An event that only the page handles, without the empty route that Reflex would add."""


@rx.serializer
def serialize_page_event(event: PageEvent) -> dict[str, Any]:
    """A page event as it crosses the socket."""
    return {"name": event.name, "payload": event.payload}


def push(message_id: str, offset: int, text: str) -> Event:
    """Put text into a message on the page, at an offset in code points; -1 replaces it all."""
    return _set("t", _wire((message_id, offset, text)))


def push_all(pushes: Iterable[Push]) -> Event:
    """Put several texts into their messages with one frame."""
    return _set("t", [_wire(each) for each in pushes])


def forget(message_ids: Sequence[str]) -> Event:
    """Free the texts of messages that the page no longer shows, with all that belongs to them."""
    return push_all((message_id, WHOLE, None) for message_id in message_ids)


def reasoning(message_id: str) -> str:
    """The id under which a message's reasoning is pushed and shown."""
    return f"{message_id}/r"


def translation(message_id: str) -> str:
    """The id under which a message's translation is pushed and shown."""
    return f"{message_id}/t"


def jump_to_newest() -> Event:
    """Scroll the conversation to its end and stay there."""
    return _set("conversation_log", "end")


def drafts_of(user_id: str) -> Event:
    """Whose page this is: from now on it finds and keeps this person's drafts."""
    return _set("drafts", user_id)


def show_message(message_id: str) -> Event:
    """Scroll the conversation to a message and point it out."""
    return _set("conversation_log", {"message": message_id})


def draft_taken() -> Event:
    """The message was stored: the page may forget its draft."""
    return _set("ref_composer", "")


def draft_returned(text: str) -> Event:
    """The message was not stored: put it back into the composer."""
    return _set("ref_composer", text)


def _wire(each: Push) -> list[Any]:
    message_id, offset, text = each
    base, slash, channel = message_id.partition("/")
    return [base[-KEY_LENGTH:] + slash + channel, offset, text]


def _set(ref: str, value: Any) -> Event:
    # Not rx.set_value: it would scan the text for Reflex's own markup, and takes 20 times longer.
    return PageEvent(name="_set_value", payload={"ref": ref, "value": value})
