"""Files beside the composer, and in messages."""

from ioverse_app.ui.attachments.components import attach_button, attached, kept, tray
from ioverse_app.ui.attachments.item import AttachmentItem
from ioverse_app.ui.attachments.pushes import attachments_returned, attachments_taken

__all__ = [
    "AttachmentItem",
    "attach_button",
    "attached",
    "attachments_returned",
    "attachments_taken",
    "kept",
    "tray",
]
