"""Exports: a conversation as a file that can be read without this application."""

from ioverse_app.services.exports.formats import File, Format, write
from ioverse_app.services.exports.snapshot import Exported, Said, conversation

__all__ = ["Exported", "File", "Format", "Said", "conversation", "write"]
