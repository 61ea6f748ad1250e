"""The pages to register and to sign in, and who is signed in."""

from ioverse_app.ui.accounts.code import code_page
from ioverse_app.ui.accounts.login import login_page
from ioverse_app.ui.accounts.register import register_page

__all__ = ["code_page", "login_page", "register_page"]
