"""Another e-mail address: it is one's own once a link that was mailed to it has been opened."""

from __future__ import annotations

from ioverse_app import db, mail
from ioverse_app.services import accounts, letters, mailed_links, post, recovery
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import TokenKind, User


async def ask(user: User, email: str | None, password: str | None) -> None:
    """Mail a link to the new address. The answer is the same if it is somebody else's."""
    email = accounts.checked_email(email)
    await recovery.confirm(user, password)
    if accounts.fold(email) == user.email_folded:
        raise refusal("email_same")
    async with db.transaction() as session:
        owner = await accounts.find(session, email)
        secret = await mailed_links.make(session, user, TokenKind.EMAIL, email)
    if secret is None:
        raise refusal("mails_enough")
    if owner is None:
        post.later(mail.send_quietly(letters.confirm_email(user, email, secret)))


async def confirm(secret: str) -> User:
    """Open the link: the new address is this person's. Gone if the link is no good."""
    async with db.transaction() as session:
        link = await mailed_links.use(session, secret, TokenKind.EMAIL)
        user = await session.get_one(User, link.user_id)
        if await accounts.find(session, link.email):
            raise refusal("email_taken")
        old, user.email, user.email_folded = user.email, link.email, accounts.fold(link.email)
        await mailed_links.forget(session, user.id, TokenKind.PASSWORD)
    post.later(mail.send_quietly(letters.email_changed(user, old)))
    return user
