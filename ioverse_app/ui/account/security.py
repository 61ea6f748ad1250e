"""Password, address, and where one is signed in."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import places, sessions
from ioverse_app.services.devices import device_name
from ioverse_app.tables import Session
from ioverse_app.ui.accounts.current import current_session
from ioverse_app.ui.settings import card, fact
from ioverse_app.ui.settings.secret_form import SecretForm, password, typed
from ioverse_app.ui.settings.times import ago, exact
from ioverse_app.ui.shell import NoticeState


@dataclass(frozen=True)
class SessionItem:
    """A line of the list of sessions."""

    id: str
    device: str
    place: str
    seen: str
    seen_at: str
    is_this: bool

    @classmethod
    def of(cls, row: Session, current: str) -> SessionItem:
        """This session."""
        is_this = row.id == current
        device = device_name(row.user_agent) if row.kind == sessions.Kind.BROWSER else "A program"
        return cls(
            id=row.id,
            device=device,
            place=places.place(row.ip_address),
            seen="now" if is_this else ago(row.last_seen_at),
            seen_at=exact(row.last_seen_at),
            is_this=is_this,
        )


class SecurityState(rx.State):
    """The address of the person, and their sessions."""

    email: str = ""
    sessions: list[SessionItem] = []

    @rx.event
    async def load(self):
        """Read them."""
        if not (signed_in := await current_session(self)):
            return
        async with db.reading() as session:
            found = await sessions.of(session, signed_in.user)
        self.email = signed_in.user.email
        self.sessions = [SessionItem.of(row, signed_in.session.id) for row in found]

    @rx.event
    async def revoke(self, session_id: str):
        """End one session, at once."""
        if not (signed_in := await current_session(self)):
            return None
        try:
            async with db.transaction() as session:
                await sessions.revoke(session, signed_in.user, str(session_id))
        except AppError as error:
            return NoticeState.say(error.message)
        return SecurityState.load

    @rx.event
    async def revoke_others(self):
        """End every session but this one, at once."""
        if not (signed_in := await current_session(self)):
            return None
        async with db.transaction() as session:
            await sessions.end_others(session, signed_in.user, signed_in.session.id)
        return SecurityState.load


def security() -> rx.Component:
    """What keeps the account one's own."""
    return rx.el.div(
        _password(),
        _email(),
        _sessions(),
        on_mount=SecurityState.load,
    )


def _password() -> rx.Component:
    return card(
        "Password",
        SecretForm.create(
            password("Current password", "current_password"),
            password("New password", "new_password", new=True),
            password("Confirm new password", "confirm_password", new=True),
            action="/api/users/me/password",
            method="PUT",
            button="Change password",
            on_done=SecurityState.load,
        ),
        about="Changing it signs out every other session.",
    )


def _email() -> rx.Component:
    return card(
        "E-mail address",
        fact("Address", SecurityState.email),
        SecretForm.create(
            typed("New address", "email", type="email", auto_complete="email", required=True),
            password("Password", "password"),
            action="/api/users/me/email",
            button="Change address",
        ),
        about="It changes once you open the link that is mailed to the new address.",
    )


def _sessions() -> rx.Component:
    return card(
        "Sessions",
        rx.el.ul(rx.foreach(SecurityState.sessions, _session), class_name="rows"),
        rx.cond(
            SecurityState.sessions.length() > 1,
            rx.el.div(
                rx.el.button(
                    "Sign out all others",
                    type="button",
                    class_name="button",
                    on_click=SecurityState.revoke_others,
                ),
                class_name="actions",
            ),
        ),
        about="Where you are signed in. A session that you sign out ends at once.",
    )


def _session(item: rx.Var[SessionItem]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(
                item.device,
                rx.cond(item.is_this, rx.el.span("This one", class_name="mark")),
            ),
            rx.el.span(item.place, " · seen ", item.seen, title=item.seen_at, class_name="muted"),
        ),
        rx.cond(
            item.is_this,
            rx.fragment(),
            rx.el.button(
                "Sign out",
                type="button",
                class_name="button small",
                on_click=SecurityState.revoke(item.id),
            ),
        ),
    )
