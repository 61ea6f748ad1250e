"""Images on the screen."""

from ioverse_app.ui.images.page import images_page
from ioverse_app.ui.images.state import ImagesState

__all__ = ["ImagesState", "images_page"]
