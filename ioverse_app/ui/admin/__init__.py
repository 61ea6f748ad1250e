"""The administration."""

from ioverse_app.ui.admin.page import admin_page

__all__ = ["admin_page"]
