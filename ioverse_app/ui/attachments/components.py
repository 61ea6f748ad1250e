"""The wrapped components: what attaches files, where they wait, and how messages show them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from ioverse_app.config import settings
from ioverse_app.services.attachments import MB
from ioverse_app.ui.attachments.item import AttachmentItem
from ioverse_app.ui.browser_files import browser_file


class AttachmentLimits(rx.State):
    """What the settings of the server allow, not those of the build: how many, how many bytes."""

    most: int = settings().attachments_per_message
    largest: int = int(settings().attachment_max_mb * MB)


class Tray(rx.Component):
    """The files that wait for a message, and where more may be dropped, see `tray.jsx`."""

    library = browser_file("attachments/tray.jsx")
    tag = "Tray"

    conversation_id: rx.Var[str]
    most: rx.Var[int]
    largest: rx.Var[int]


class AttachButton(rx.Component):
    """The button that chooses files, see `tray.jsx`."""

    library = browser_file("attachments/tray.jsx")
    tag = "AttachButton"


class Attached(rx.Component):
    """The files of a message, see `attached.jsx`."""

    library = browser_file("attachments/attached.jsx")
    tag = "Attached"

    items: rx.Var[list[AttachmentItem]]


class Kept(rx.Component):
    """Those that an edited question keeps, see `attached.jsx`."""

    library = browser_file("attachments/attached.jsx")
    tag = "Kept"

    items: rx.Var[list[AttachmentItem]]


def tray(conversation_id: Any) -> rx.Component:
    """The waiting files of a form: their ids are its field `attachments`."""
    return Tray.create(
        conversation_id=conversation_id,
        most=AttachmentLimits.most,
        largest=AttachmentLimits.largest,
    )


def attach_button() -> rx.Component:
    """The button `Attach files`, if files are taken."""
    return rx.cond(AttachmentLimits.most > 0, AttachButton.create())


def attached(items: rx.Var[list[AttachmentItem]]) -> rx.Component:
    """The files of a message: pictures to look at, the others to download."""
    return rx.cond(items, Attached.create(items=items))


def kept(items: rx.Var[list[AttachmentItem]]) -> rx.Component:
    """The files of a question that is edited, each of which can be left out."""
    return rx.cond(items, Kept.create(items=items))
