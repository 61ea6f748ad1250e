"""Another password: by a mailed link when it is forgotten, or by the one that holds."""

from __future__ import annotations

from ioverse_app import db, mail, security
from ioverse_app.errors import NotAllowed
from ioverse_app.services import accounts, guesses, letters, mailed_links, passwords, post, sessions
from ioverse_app.services.refusals import refusal
from ioverse_app.tables import TokenKind, User


def forgotten(login: str, *, address: str) -> None:
    """Mail a link to whoever has this e-mail address or user name.

    It is done beside the answer, so that nobody learns from it, or from how long it takes,
    whether there is such a person. TooMany if this address asks too often.
    """
    place = f"forgotten {guesses.household(address)}"
    guesses.check(place, "too_many_mails")
    guesses.add(place)
    post.later(_mail_link(login))


async def reset(secret: str, password: str | None) -> User:
    """Choose a new password with a mailed link. Every session ends. Gone if the link is no good."""
    async with db.reading() as session:
        link = await mailed_links.find(session, secret, TokenKind.PASSWORD)
        user = await session.get_one(User, link.user_id)
    password_hash = await _hashed(user, password)
    async with db.transaction() as session:
        await mailed_links.use(session, secret, TokenKind.PASSWORD)
        user = await session.get_one(User, link.user_id)
        user.password_hash = password_hash
        await sessions.end_all(session, user)
    guesses.forgive(user.username_folded, user.email_folded)
    post.later(mail.send_quietly(letters.password_changed(user)))
    return user


async def change(user: User, current: str | None, new: str | None, *, keep: str = "") -> User:
    """Choose another password, knowing the one that holds. Ends every session but `keep`."""
    await confirm(user, current)
    password_hash = await _hashed(user, new)
    async with db.transaction() as session:
        row = await session.get_one(User, user.id)
        row.password_hash = password_hash
        await mailed_links.forget(session, user.id, TokenKind.PASSWORD)
        await sessions.end_others(session, row, keep)
    post.later(mail.send_quietly(letters.password_changed(row)))
    return row


async def confirm(user: User, password: str | None) -> None:
    """Refuse, before something that cannot be undone, whoever does not know the password."""
    place = f"confirm {user.id}"
    guesses.check(place)
    async with db.reading() as session:
        row = await session.get_one(User, user.id)
    if not await security.verify_password(password or "", row.password_hash):
        guesses.add(place)
        raise refusal("password_wrong", NotAllowed)


async def _hashed(user: User, password: str | None) -> str:
    if not password:
        raise refusal("password_missing")
    passwords.check(password, user.username_folded, user.email_folded)
    return await security.hash_password(password)


async def _mail_link(login: str) -> None:
    async with db.transaction() as session:
        user = await accounts.find(session, login)
        if user is None or user.blocked_at is not None:
            return
        secret = await mailed_links.make(session, user, TokenKind.PASSWORD)
    if secret:
        await mail.send_quietly(letters.forgotten_password(user, secret))
