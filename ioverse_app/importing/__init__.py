"""What other programs exported, read as chats: one file a program, none of it trusted."""

from ioverse_app.importing.chat import ImportedChat, ImportedFile, ImportedMessage
from ioverse_app.importing.files import Unreadable, read_chats

__all__ = ["ImportedChat", "ImportedFile", "ImportedMessage", "Unreadable", "read_chats"]
