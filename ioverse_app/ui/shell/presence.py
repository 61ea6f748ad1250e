"""Whether the person is still signed in, and whether they will still be here in a week."""

from __future__ import annotations

import reflex as rx
from reflex.event import Event

from ioverse_app import live
from ioverse_app.live import Lagged
from ioverse_app.services import farewell, sessions
from ioverse_app.services.sessions import SessionsEnded
from ioverse_app.ui.accounts.current import current_session, current_user, forget
from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.transcript.pushes import PageEvent


class Leave(rx.Component):
    """It draws nothing, and leaves the page when it is told to, see `leave.jsx`."""

    library = browser_file("shell/leave.jsx")
    tag = "Leave"


class PresenceState(rx.State):
    """On which day the account is deleted, if its person asked for that."""

    leaves_on: str = ""

    @rx.event(background=True)
    async def watch(self):
        """Leave the page as soon as the session ends that it is shown in. It goes with the page."""
        with live.following(sessions.TOPIC) as ended:
            async with self:
                signed_in = await current_session(self)
                self.leaves_on = _day(signed_in.user.erase_at) if signed_in else ""
            if signed_in is None:
                return
            async for told in ended:
                if isinstance(told, SessionsEnded) and signed_in.session.id not in told.ids:
                    continue
                if isinstance(told, Lagged):
                    async with self:
                        if await current_session(self):
                            continue
                yield leave()
                return

    @rx.event
    async def look(self):
        """Look again whether the account will be deleted."""
        user = await current_user(self)
        self.leaves_on = _day(user.erase_at) if user else ""

    @rx.event
    async def keep(self):
        """Keep the account after all."""
        if user := await current_user(self):
            await farewell.take_back(user)
            forget(self)
            self.leaves_on = ""


def leave() -> Event:
    """Have the page go to where one signs in, and come back from there."""
    return PageEvent(name="_set_value", payload={"ref": "leave", "value": True})


def leaving() -> rx.Component:
    """Told on every page while an account waits to be deleted."""
    return rx.cond(
        PresenceState.leaves_on,
        rx.el.div(
            rx.el.span(
                "Your account will be deleted on ",
                PresenceState.leaves_on,
                ".",
                class_name="sentence",
            ),
            keep_account(),
            role="status",
            class_name="problem waiting leaving",
        ),
    )


def keep_account() -> rx.Component:
    """The way back."""
    return rx.el.button(
        "Keep my account",
        type="button",
        class_name="button small",
        on_click=PresenceState.keep,
    )


def _day(moment) -> str:
    return f"{moment:%-d %B %Y}" if moment else ""
