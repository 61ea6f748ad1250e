"""The browser side of a message's text: pushes into the page's store, and what draws them."""

from ioverse_app.ui.transcript.components import (
    composer_field,
    conversation_log,
    copy_button,
    edit_field,
    message_text,
    speak_button,
)
from ioverse_app.ui.transcript.pushes import (
    Push,
    draft_returned,
    draft_taken,
    drafts_of,
    forget,
    jump_to_newest,
    push,
    push_all,
    reasoning,
    show_message,
    translation,
)

__all__ = [
    "Push",
    "composer_field",
    "conversation_log",
    "copy_button",
    "draft_returned",
    "draft_taken",
    "drafts_of",
    "edit_field",
    "forget",
    "jump_to_newest",
    "message_text",
    "push",
    "push_all",
    "reasoning",
    "show_message",
    "speak_button",
    "translation",
]
