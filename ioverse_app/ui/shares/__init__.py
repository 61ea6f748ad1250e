"""The dialog in which links to a chat are made and taken back."""

from ioverse_app.ui.shares.dialog import share_dialog
from ioverse_app.ui.shares.state import ShareState

__all__ = ["ShareState", "share_dialog"]
