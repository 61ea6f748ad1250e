"""The frame that every signed-in page shares."""

from ioverse_app.ui.shell.frame import frame, header
from ioverse_app.ui.shell.notice import NoticeState
from ioverse_app.ui.shell.state import ShellState

__all__ = ["NoticeState", "ShellState", "frame", "header"]
