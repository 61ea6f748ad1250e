"""The frame of pages with the list of chats beside them, and what the list opens."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.chats.list_state import ChatListState
from ioverse_app.ui.chats.sidebar import chat_list, images_link, new_chat
from ioverse_app.ui.imports import import_dialog, import_item
from ioverse_app.ui.shares import share_dialog
from ioverse_app.ui.shell import frame
from ioverse_app.ui.shell.notice import notice


def chats_frame(
    *children: rx.Component, undo: rx.event.EventType = ChatListState.undo
) -> rx.Component:
    """A page beside the list of chats. `undo` takes back what a notice tells of."""
    return frame(
        *children,
        notice(undo=undo),
        share_dialog(),
        import_dialog(),
        new=rx.fragment(new_chat(), images_link()),
        items=chat_list(),
        menu=[import_item()],
    )
