"""The chat screen."""

from ioverse_app.ui.chats.page import chat_page
from ioverse_app.ui.chats.parameters_state import ParametersState
from ioverse_app.ui.chats.state import ChatState

__all__ = ["ChatState", "ParametersState", "chat_page"]
