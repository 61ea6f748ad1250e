"""The chat screen, from top to bottom."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.chats.composer import composer
from ioverse_app.ui.chats.context import context_panel
from ioverse_app.ui.chats.frame import chats_frame
from ioverse_app.ui.chats.message import message
from ioverse_app.ui.chats.parameters import parameters_panel
from ioverse_app.ui.chats.reply import reply
from ioverse_app.ui.chats.sidebar import export_menu
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.chats.temporary import temporary_banner, temporary_toggle
from ioverse_app.ui.chats.welcome import missing, welcome
from ioverse_app.ui.shares import ShareState
from ioverse_app.ui.shell import header
from ioverse_app.ui.transcript import conversation_log


def chat_page() -> rx.Component:
    """The conversation, and the composer below it."""
    return chats_frame(
        header(
            ChatState.title,
            temporary_toggle(),
            rx.cond(ChatState.messages, _share()),
            export_menu(chat_id=rx.cond(ChatState.messages, ChatState.conversation_id, "")),
        ),
        temporary_banner(),
        conversation_log(
            rx.el.div(_conversation(), class_name="column turns"),
            conversation_id=ChatState.conversation_id,
            on_gap=ChatState.resend,
        ),
        rx.cond(ChatState.missing, rx.fragment(), composer()),
        parameters_panel(),
        context_panel(),
    )


def _share() -> rx.Component:
    return rx.el.button(
        rx.icon("share-2"),
        type="button",
        aria_label="Share",
        title="Share",
        class_name="icon-button",
        on_click=ShareState.open(ChatState.conversation_id),
    )


def _conversation() -> rx.Component:
    return rx.cond(
        ChatState.missing,
        missing(),
        rx.cond(
            ChatState.ready,
            rx.cond(ChatState.messages | ChatState.replies, _messages(), welcome()),
            _loading(),
        ),
    )


def _messages() -> rx.Component:
    return rx.fragment(
        rx.cond(
            ChatState.has_earlier,
            rx.el.button(
                "Show earlier messages",
                type="button",
                class_name="button quiet small earlier",
                on_click=ChatState.show_earlier,
            ),
        ),
        rx.foreach(ChatState.messages, message),
        rx.cond(
            ChatState.has_later,
            rx.el.button(
                "Show newer messages",
                type="button",
                class_name="button quiet small earlier",
                on_click=ChatState.show_later,
            ),
        ),
        rx.foreach(ChatState.replies, reply),
    )


def _loading() -> rx.Component:
    return rx.el.div(
        rx.el.div(class_name="skeleton mine"),
        rx.el.div(class_name="skeleton theirs"),
        class_name="loading",
        aria_busy=True,
        aria_label="Loading the conversation",
    )
