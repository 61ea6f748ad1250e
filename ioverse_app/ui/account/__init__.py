"""One's own account."""

from ioverse_app.ui.account.page import account_page

__all__ = ["account_page"]
