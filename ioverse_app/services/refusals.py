"""Why an account or a sign-in is refused: a stable code, and the sentence that people read."""

from __future__ import annotations

from ioverse_app.errors import AppError, Invalid

SENTENCES = {
    "registration_closed": "Registration is closed here. Ask an administrator for an account.",
    "registration_by_invitation": (
        "Registration is by invitation here. Ask an administrator for one."
    ),
    "fields_missing": "Email, username, and password are required",
    "username_unusable": "A user name has 1 to 64 visible characters, and no @.",
    "email_unusable": "This does not look like an e-mail address.",
    "password_too_short": "A password has at least 8 characters.",
    "password_too_long": "A password has at most 256 characters.",
    "password_common": "This password is among the first that a stranger would try.",
    "password_numeric": "A password needs more than digits.",
    "password_like_name": "This password is too much like the user name or the e-mail address.",
    "password_guessable": (
        "A program would guess this password soon. Make it longer, or join a few unrelated words."
    ),
    "password_missing": "Enter a password.",
    "password_wrong": "This is not your password.",
    "passwords_differ": "The two passwords are not the same.",
    "provider_key_unusable": "This does not look like a provider API key.",
    "email_taken": "Email already registered",
    "username_taken": "Username already taken",
    "sign_in_missing": "Email and password are required",
    "wrong_sign_in": "Email or Password is incorrect",
    "second_factor_needed": "Enter the code of your authenticator app, or a recovery code.",
    "code_wrong": "This code is not right, or it has been used. Wait for the next one.",
    "code_too_many": "Too many wrong codes. Wait a little, then try again.",
    "sign_in_too_late": "That took too long. Sign in once more.",
    "passkey_refused": "This passkey could not be checked. Try again, or sign in another way.",
    "passkey_unknown": "This passkey belongs to no account here. Sign in another way.",
    "outside_unknown": "This way to sign in is not set up here.",
    "outside_unreachable": "The other site does not answer. Try again, or sign in another way.",
    "outside_refused": "The other site did not confirm who you are. Nothing was changed.",
    "outside_no_email": (
        "The other site knows no confirmed e-mail address of yours, which an account here needs."
    ),
    "outside_email_taken": (
        "There is an account with this e-mail address. Sign in to it as before, then connect the"
        " other site on your account page."
    ),
    "outside_taken": "This account of the other site is connected to another account here.",
    "last_way_in": (
        "This is the only way into your account. Set a password or add a passkey first."
    ),
    "too_many_guesses": (
        "Too many failed sign-ins from your address. Wait a few minutes, then try again."
    ),
    "too_many_mails": "Too many mails were asked for from your address. Wait a few minutes.",
    "account_resting": (
        "Too many failed sign-ins to this account. Wait a little, then try again, "
        "or choose a new password by mail."
    ),
    "link_used_up": "This link was used already, or its time is over. Ask for a new one.",
    "email_same": "This is your address already.",
    "mails_enough": "You were sent several mails within an hour. Look for them, or wait.",
    "invitation_over": (
        "This invitation was used already, or its time is over. Ask an administrator for another."
    ),
    "only_administrator": (
        "You are the only administrator here. Make somebody else one before you go."
    ),
    "rate_limited": "That was too fast. Wait a minute, then try again.",
    "account_blocked": "This account is blocked. An administrator can open it again.",
}

DONE = {
    "mailed": (
        "If there is such an account, a mail with a link is on its way. It works for an hour."
    ),
    "password_changed": "The password is changed. Sign in with it.",
    "email_confirmed": "This is the address of your account now.",
}
"""What a page says after a form that was taken."""


def refusal(code: str, kind: type[AppError] = Invalid) -> AppError:
    """The error to raise for one of these reasons."""
    return kind(SENTENCES[code], code=code)
