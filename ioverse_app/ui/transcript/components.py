"""The wrapped components: a message's text, the conversation around it, the composer's field."""

from __future__ import annotations

from typing import Any

import reflex as rx

from ioverse_app.ui.browser_files import browser_file

_PACKAGES = [
    "streamdown@2.7.1",
    "remark-math@6.0.0",
    "rehype-katex@7.0.1",
    "katex@0.16.47",
    "highlight.js@11.12.0",
    "mermaid@12.3.0",
]


class MessageText(rx.Component):
    """A message's text from the page's store, see `message_text.jsx`."""

    library = browser_file("transcript/message_text.jsx")
    tag = "MessageText"
    lib_dependencies: list[str] = _PACKAGES

    message_id: rx.Var[str]
    role: rx.Var[str]
    streaming: rx.Var[bool]
    length: rx.Var[int]


class CopyMessage(rx.Component):
    """A button that copies a message as Markdown, see `copy_button.jsx`."""

    library = browser_file("transcript/copy_button.jsx")
    tag = "CopyMessage"

    message_id: rx.Var[str]


class SpeakButton(rx.Component):
    """A button that reads a message aloud, see `speak_button.jsx`."""

    library = browser_file("transcript/speak_button.jsx")
    tag = "SpeakButton"

    message_id: rx.Var[str]


class EditField(rx.Component):
    """The field of a message that is edited, see `edit_field.jsx`."""

    library = browser_file("transcript/edit_field.jsx")
    tag = "EditField"

    message_id: rx.Var[str]


class ConversationLog(rx.Component):
    """The scroll container of a conversation, see `conversation_log.jsx`."""

    library = browser_file("transcript/conversation_log.jsx")
    tag = "ConversationLog"

    conversation_id: rx.Var[str]
    on_gap: rx.EventHandler[rx.event.passthrough_event_spec(str, int)]
    on_near_top: rx.EventHandler[rx.event.no_args_event_spec]


class ComposerField(rx.Component):
    """The field that a message is written in, see `composer_field.jsx`."""

    library = browser_file("transcript/composer_field.jsx")
    tag = "ComposerField"

    conversation_id: rx.Var[str]
    temporary: rx.Var[bool]
    on_whose: rx.EventHandler[rx.event.no_args_event_spec]
    placeholder: rx.Var[str]
    allow_empty: rx.Var[bool]


def message_text(message_id: Any, *, role: Any = "assistant", **props: Any) -> rx.Component:
    """A message's text. `streaming` shows a caret; `length` (code points) checks a whole text."""
    return MessageText.create(message_id=message_id, role=role, **props)


def conversation_log(*children: rx.Component, **props: Any) -> rx.Component:
    """The conversation: `on_gap(message_id, have)` asks for text, `on_near_top()` for older."""
    return ConversationLog.create(*children, **props)


def composer_field(**props: Any) -> rx.Component:
    """The `Message` field of a form: its `conversation_id` keeps a draft per conversation.

    `on_whose()` asks whose page this is; the answer is the event `drafts_of`.
    """
    return ComposerField.create(**props)


def speak_button(message_id: Any) -> rx.Component:
    """The button `Read aloud` of a message, where the browser can."""
    return SpeakButton.create(message_id=message_id)


def edit_field(message_id: Any) -> rx.Component:
    """The field `Edit message` of a form, with the message's text in it."""
    return EditField.create(message_id=message_id)


def copy_button(message_id: Any) -> rx.Component:
    """The button `Copy` of a message."""
    return CopyMessage.create(message_id=message_id)
