"""Mail goes to a real server, or into files; a server that refuses is told in a sentence."""

import asyncio
import email
from email.policy import default

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from ioverse_app import mail
from ioverse_app.mail import Letter, MailFailed

LETTER = Letter(
    "ann@example.org",
    "Grüße",
    ["Hello Ann & <all>, this is a link:", "Good-bye."],
    "http://localhost:3000/x?a=1&b=2",
    "Open it",
)


class Box:
    """A server that keeps what it is sent, from whoever knows the password."""

    def __init__(self) -> None:
        self.letters = []
        self.users = []

    async def handle_DATA(self, server, session, envelope):
        if "refused@example.org" in envelope.rcpt_tos:
            return "550 No such box"
        self.letters.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, auth):
        self.users.append((auth.login, auth.password))
        return AuthResult(success=auth.password == b"secret")


@pytest.fixture
async def box(configure):
    box = Box()

    def protocol() -> SMTP:
        return SMTP(
            box,
            authenticator=box.authenticate,
            auth_require_tls=False,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    configure(
        smtp_host="127.0.0.1",
        smtp_port=server.sockets[0].getsockname()[1],
        smtp_tls="off",
        smtp_from="IOverse <hello@example.org>",
        smtp_user="me",
        smtp_password="secret",
    )
    yield box
    server.close()


async def test_a_letter_goes_to_the_server(box):
    await mail.send(LETTER)
    (letter,) = box.letters
    assert (letter["To"], letter["Subject"]) == ("ann@example.org", "Grüße")
    assert letter["From"] == "IOverse <hello@example.org>"
    assert letter["Message-ID"].endswith("@localhost>")
    plain = letter.get_body(("plain",)).get_content()
    assert plain.splitlines()[2] == LETTER.link
    html = letter.get_body(("html",)).get_content()
    assert "Ann &amp; &lt;all&gt;" in html
    assert '<a href="http://localhost:3000/x?a=1&amp;b=2">Open it</a>' in html
    assert box.users == [(b"me", b"secret")]


async def test_an_address_of_any_script_is_written_to(box):
    await mail.send(Letter("jörg@example.org", "Hello", ["Hello."]))
    assert box.letters[0]["To"] == "jörg@example.org"


async def test_a_refusal_is_told_in_the_servers_words(box, caplog):
    letter = Letter("refused@example.org", "Hello", ["A secret."])
    with pytest.raises(MailFailed, match="No such box"):
        await mail.send(letter)
    await mail.send_quietly(letter)
    assert "did not take the mail" in caplog.text
    assert "secret" not in caplog.text


async def test_a_server_that_is_not_there_is_told(configure):
    configure(smtp_host="127.0.0.1", smtp_port=1, smtp_tls="off")
    with pytest.raises(MailFailed):
        await mail.send(LETTER)


async def test_without_a_server_a_letter_is_a_file():
    await mail.send(LETTER)
    (path,) = mail.folder().iterdir()
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o777 == 0o600
    letter = email.message_from_bytes(path.read_bytes(), policy=default)
    assert letter["Subject"] == "Grüße"


async def test_no_name_adds_a_line_to_the_head(configure):
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        mail.written(Letter("ann@example.org", "Hello\r\nBcc: eve@example.org", ["x"]))
