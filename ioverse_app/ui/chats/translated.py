"""A message in two languages: the one to read first, and the other below it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from ioverse_app.tables import MessageStatus
from ioverse_app.ui.chats.items import MessageItem
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.transcript import message_text


def shown_id(item: rx.Var[MessageItem]) -> Any:
    """The text of an answer that is read, copied and spoken."""
    return rx.cond(item.translated, item.id + "/t", item.id)


def as_sent(item: rx.Var[MessageItem]) -> rx.Component:
    """The question as the model got it."""
    return _other("As sent", item.id + "/t", role="user")


def translated(item: rx.Var[MessageItem]) -> rx.Component:
    """An answer in its person's language, with the original below it."""
    return rx.fragment(
        message_text(
            message_id=item.id + "/t",
            role="assistant",
            streaming=item.status == MessageStatus.STREAMING,
        ),
        _other("Original", item.id, role="assistant"),
    )


def translation_note() -> rx.Component:
    """Between which languages the open chat is translated."""
    return rx.cond(
        ChatState.language != "",
        rx.el.p(
            "Translated: ", ChatState.language, " ⇄ ", ChatState.model_language, class_name="hint"
        ),
    )


def _other(what: str, text_id: Any, role: str) -> rx.Component:
    language = ChatState.model_language
    return rx.el.details(
        rx.el.summary(what, rx.cond(language != "", ", in " + language, "")),
        rx.el.div(message_text(message_id=text_id, role=role)),
        class_name="other-language",
    )
