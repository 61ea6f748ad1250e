"""The pages at the door: register, sign in, and what mailed links lead to."""

from ioverse_app.ui.accounts.code import code_page
from ioverse_app.ui.accounts.login import login_page
from ioverse_app.ui.accounts.recovery import (
    confirm_email_page,
    forgot_password_page,
    reset_password_page,
)
from ioverse_app.ui.accounts.register import register_page

__all__ = [
    "code_page",
    "confirm_email_page",
    "forgot_password_page",
    "login_page",
    "register_page",
    "reset_password_page",
]
