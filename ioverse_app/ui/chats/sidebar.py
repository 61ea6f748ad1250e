"""The list of chats: open, rename, pin, archive, share, export, delete, bring back."""

from __future__ import annotations

import reflex as rx
from reflex.event import passthrough_event_spec

from ioverse_app.services import trash
from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.chats.list_state import ChatListState
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.chats.trash_state import TrashState
from ioverse_app.ui.exports import ChosenExportState, chosen_export
from ioverse_app.ui.search import search_box
from ioverse_app.ui.shares import ShareState
from ioverse_app.ui.shell.confirm import confirm
from ioverse_app.ui.shell.sidebar import closes

_EXPORTS = browser_file("chats/export_menu.jsx")


class ChatList(rx.Component):
    """The chats by days, page by page, see `chat_list.jsx`."""

    library = browser_file("chats/chat_list.jsx")
    tag = "ChatList"

    open_id: rx.Var[str]
    on_more: rx.EventHandler[passthrough_event_spec(str, str)]
    on_rename: rx.EventHandler[passthrough_event_spec(str, str)]
    on_pin: rx.EventHandler[passthrough_event_spec(str, bool)]
    on_archive: rx.EventHandler[passthrough_event_spec(list[str], bool)]
    on_delete: rx.EventHandler[passthrough_event_spec(list[str], str)]
    on_share: rx.EventHandler[passthrough_event_spec(str)]
    on_export: rx.EventHandler[passthrough_event_spec(list[str], str)]
    on_restore: rx.EventHandler[passthrough_event_spec(list[str])]
    on_erase: rx.EventHandler[passthrough_event_spec(list[str], str)]
    on_empty: rx.EventHandler[rx.event.no_args_event_spec]
    kept_days: rx.Var[int]


class ExportMenu(rx.Component):
    """The ways to take a chat along, and how an export goes. No button without a `chat_id`."""

    library = _EXPORTS
    tag = "ExportMenu"

    chat_id: rx.Var[str]


export_menu = ExportMenu.create


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


def images_link() -> rx.Component:
    """The way to what is made from words."""
    return rx.el.a(
        rx.icon("image"),
        rx.el.span("Images", class_name="label"),
        href="/images",
        aria_label="Images",
        class_name="row",
        custom_attrs=closes(),
    )


def chat_list() -> rx.Component:
    """How to find a chat, an export, every chat, and the questions before any is deleted."""
    return rx.fragment(
        search_box(),
        chosen_export(),
        ChatList.create(
            open_id=ChatState.conversation_id,
            on_more=ChatListState.more,
            on_rename=ChatListState.rename,
            on_pin=ChatListState.pin,
            on_archive=ChatListState.archive,
            on_delete=ChatListState.ask_delete,
            on_share=ShareState.open,
            on_export=ChosenExportState.start,
            on_restore=TrashState.restore,
            on_erase=TrashState.ask_erase,
            on_empty=TrashState.ask_empty,
            kept_days=trash.KEPT.days,
        ),
        confirm(
            ChatListState.question,
            ChatListState.sentence,
            on_yes=ChatListState.delete,
            on_no=ChatListState.keep,
        ),
        confirm(
            TrashState.question,
            TrashState.sentence,
            on_yes=TrashState.erase,
            on_no=TrashState.keep,
        ),
    )
