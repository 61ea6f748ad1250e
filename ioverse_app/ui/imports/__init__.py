"""The dialog in which chats of other programs are brought along."""

from ioverse_app.ui.imports.dialog import import_dialog, import_item
from ioverse_app.ui.imports.state import ImportState

__all__ = ["ImportState", "import_dialog", "import_item"]
