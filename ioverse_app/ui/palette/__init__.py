"""The palette over chats, actions and settings, and the keys that do the same."""

from ioverse_app.ui.palette.palette import palette

__all__ = ["palette"]
