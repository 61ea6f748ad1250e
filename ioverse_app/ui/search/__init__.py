"""Search on the screen. The page with all results is in `page`: it stands beside the chats."""

from ioverse_app.ui.search.box import search_box

__all__ = ["search_box"]
