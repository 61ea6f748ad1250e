"""The list of chats: open, rename, delete."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.chats.items import ChatItem
from ioverse_app.ui.chats.list_state import ChatListState
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.shell.sidebar import closes


def new_chat() -> rx.Component:
    """The way to an empty conversation."""
    return rx.el.button(
        rx.icon("square-pen"),
        rx.el.span("New chat", class_name="label"),
        type="button",
        aria_label="New chat",
        class_name="row",
        custom_attrs=closes(),
        on_click=rx.redirect("/chat"),
    )


def chat_list() -> rx.Component:
    """Every chat, one line each, newest first."""
    return rx.el.div(
        rx.cond(
            ChatListState.loaded,
            rx.cond(
                ChatListState.chats,
                rx.foreach(ChatListState.chats, _line),
                rx.el.p("Your chats will be listed here.", class_name="empty"),
            ),
            rx.fragment(*[_shadow() for _ in range(5)]),
        ),
        rx.cond(
            ChatListState.has_more,
            rx.el.button(
                "Show older chats",
                type="button",
                class_name="button quiet small",
                on_click=ChatListState.more,
            ),
        ),
        _delete_dialog(),
        class_name="chat-list",
    )


def _line(chat: rx.Var[ChatItem]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            ChatListState.renaming_id == chat.id,
            _title_field(chat),
            rx.fragment(
                rx.link(
                    chat.title,
                    href="/chat/" + chat.id,
                    underline="none",
                    title=chat.title,
                    custom_attrs=closes(),
                    aria_current=rx.cond(ChatState.conversation_id == chat.id, "page", "false"),
                ),
                _menu(chat),
            ),
        ),
        class_name="chat-row",
        key=chat.id,
        custom_attrs={"data-open": rx.cond(ChatState.conversation_id == chat.id, "true", "false")},
    )


def _title_field(chat: rx.Var[ChatItem]) -> rx.Component:
    return rx.el.form(
        rx.el.input(
            name="title",
            default_value=chat.title,
            aria_label="Title",
            max_length=255,
            auto_focus=True,
            class_name="field",
            on_blur=ChatListState.keep_title,
            on_key_down=ChatListState.keep_title_on_escape,
        ),
        on_submit=ChatListState.rename,
    )


def _menu(chat: rx.Var[ChatItem]) -> rx.Component:
    return rx.menu.root(
        rx.menu.trigger(
            rx.el.button(
                rx.icon("ellipsis"), type="button", aria_label="Chat menu", class_name="icon-button"
            )
        ),
        rx.menu.content(
            rx.menu.item(
                rx.icon("pencil", size=16), "Rename", on_select=ChatListState.ask_title(chat.id)
            ),
            rx.menu.item(
                rx.icon("trash-2", size=16),
                "Delete",
                color="var(--red-11)",
                on_select=ChatListState.ask_delete(chat.id, chat.title),
            ),
        ),
    )


def _delete_dialog() -> rx.Component:
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title("Delete this chat?"),
            rx.alert_dialog.description(
                "“", ChatListState.deleting_title, "” will be taken off your list."
            ),
            rx.el.div(
                rx.alert_dialog.cancel(rx.el.button("Cancel", type="button", class_name="button")),
                rx.el.button(
                    "Delete",
                    type="button",
                    class_name="button danger",
                    on_click=ChatListState.delete,
                ),
                class_name="dialog-actions",
            ),
            max_width="420px",
        ),
        open=ChatListState.deleting_id != "",
        on_open_change=ChatListState.keep,
    )


def _shadow() -> rx.Component:
    return rx.el.div(class_name="skeleton", style={"height": "20px", "margin": "8px"})
