"""The list of chats: open, rename, pin, archive, delete."""

from __future__ import annotations

import reflex as rx
from reflex.event import passthrough_event_spec

from ioverse_app.ui.chats.list_state import ChatListState
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.search import search_box
from ioverse_app.ui.shell.sidebar import closes

_STORE = rx.asset("chat_store.js", shared=True)  # which the list finds beside itself


class ChatList(rx.Component):
    """The chats by days, page by page, see `chat_list.jsx`."""

    library = rx.asset("chat_list.jsx", shared=True).importable_path
    tag = "ChatList"

    open_id: rx.Var[str]
    on_more: rx.EventHandler[passthrough_event_spec(bool, str)]
    on_rename: rx.EventHandler[passthrough_event_spec(str, str)]
    on_pin: rx.EventHandler[passthrough_event_spec(str, bool)]
    on_archive: rx.EventHandler[passthrough_event_spec(list[str], bool)]
    on_delete: rx.EventHandler[passthrough_event_spec(list[str], str)]


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
    """Every chat, one line each, how to find one, and the question before any is deleted."""
    return rx.fragment(
        search_box(),
        ChatList.create(
            open_id=ChatState.conversation_id,
            on_more=ChatListState.more,
            on_rename=ChatListState.rename,
            on_pin=ChatListState.pin,
            on_archive=ChatListState.archive,
            on_delete=ChatListState.ask_delete,
        ),
        _delete_dialog(),
    )


def _delete_dialog() -> rx.Component:
    many = ChatListState.deleting_many
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(rx.cond(many, "Delete these chats?", "Delete this chat?")),
            rx.alert_dialog.description(
                rx.cond(many, ChatListState.deleting, "“" + ChatListState.deleting + "”"),
                " will be taken off your list.",
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
        open=ChatListState.deleting != "",
        on_open_change=ChatListState.keep,
    )
