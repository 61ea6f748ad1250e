"""Mail: by SMTP, or as .eml files in DATA_DIR/mail when no server is set."""

from __future__ import annotations

import asyncio
import html
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, make_msgid
from pathlib import Path
from urllib.parse import urlsplit

import aiosmtplib

from ioverse_app.config import settings
from ioverse_app.errors import Unavailable

SECONDS = 20.0
_log = logging.getLogger(__name__)


class MailFailed(Unavailable):
    """The server that should have sent a mail did not take it."""

    code = "mail_failed"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: paragraphs, and at most one link among them, behind the first paragraph."""

    to: str
    subject: str
    paragraphs: Sequence[str]
    link: str = ""
    link_label: str = ""


async def send(letter: Letter) -> None:
    """Send it. MailFailed, with the server's own words, when it is not taken."""
    message = written(letter)
    if not settings().smtp_host:
        await asyncio.to_thread(_keep, message)
        return
    password = settings().smtp_password
    try:
        await aiosmtplib.send(
            message,
            hostname=settings().smtp_host,
            port=settings().smtp_port,
            username=settings().smtp_user,
            password=password.get_secret_value() if password else None,
            use_tls=settings().smtp_tls == "tls",
            start_tls=settings().smtp_tls == "starttls",
            timeout=SECONDS,
        )
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise MailFailed(f"The mail server did not take the mail: {_words(error)}") from error


async def send_quietly(letter: Letter) -> None:
    """Send it; a failure is logged, and told to nobody."""
    try:
        await send(letter)
    except MailFailed as error:
        _log.error("%s", error.message)


def written(letter: Letter) -> EmailMessage:
    """The letter as it travels: plain text, and the same as simple HTML."""
    sender = settings().smtp_from or f"IOverse <ioverse@{_host()}>"
    message = EmailMessage(policy=SMTP if letter.to.isascii() else SMTPUTF8)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=_host())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_plain(letter), cte="8bit" if not letter.to.isascii() else None)
    message.add_alternative(_html(letter), subtype="html")
    return message


def folder() -> Path:
    """Where mails lie that no server sends."""
    return settings().data_dir.resolve() / "mail"


def _plain(letter: Letter) -> str:
    first, *others = letter.paragraphs
    return "\n\n".join([first, *([letter.link] if letter.link else []), *others]) + "\n"


def _html(letter: Letter) -> str:
    first, *others = [f"<p>{html.escape(one)}</p>" for one in letter.paragraphs]
    link = f'<p><a href="{html.escape(letter.link)}">{html.escape(letter.link_label)}</a></p>'
    body = "\n".join([first, *([link] if letter.link else []), *others])
    style = "font:16px/26px system-ui,sans-serif;max-width:36rem;margin:24px auto;padding:0 16px"
    return f'<!doctype html>\n<html lang="en"><body style="{style}">\n{body}\n</body></html>\n'


def _keep(message: EmailMessage) -> None:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{message['Message-ID'].strip('<>').partition('@')[0]}.eml"
    descriptor = os.open(folder() / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.as_bytes())


def _host() -> str:
    return urlsplit(settings().address).hostname or "localhost"


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
