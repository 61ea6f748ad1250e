"""Trying out whether mail arrives."""

from __future__ import annotations

from ioverse_app import mail
from ioverse_app.config import settings
from ioverse_app.services import access, audit, letters
from ioverse_app.services.access import Action
from ioverse_app.tables import User


def way(actor: User) -> str:
    """How mail leaves this server, for administrators."""
    access.check(actor, Action.ADMINISTER)
    if not settings().smtp_host:
        return "No mail server is set: mails are kept as files in the data folder, under mail."
    return f"Mail goes through {settings().smtp_host}, port {settings().smtp_port}."


async def send(actor: User) -> str:
    """Send this administrator a mail, and say where it went. MailFailed in the server's words."""
    access.check(actor, Action.ADMINISTER)
    await mail.send(letters.trial(actor))
    await audit.record(actor, "mail.tried")
    if not settings().smtp_host:
        return "The mail was written as a file: no mail server is set."
    return f"The mail server took the mail for {actor.email}. Look whether it arrives."
