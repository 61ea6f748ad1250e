"""How mail leaves the server, and whether it does."""

from __future__ import annotations

import reflex as rx

from ioverse_app.errors import AppError
from ioverse_app.services import mail_trial
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.admin.parts import button
from ioverse_app.ui.settings import card, problem


class MailState(rx.State):
    """What became of the last test mail."""

    way: str = ""
    sending: bool = False
    done: str = ""
    problem: str = ""

    @rx.event
    async def load(self):
        """Read how mail leaves."""
        self.way = mail_trial.way(await administrator(self))
        self.done = self.problem = ""

    @rx.event(background=True)
    async def send(self):
        """Send a test mail; a server may take its time."""
        async with self:
            actor = await administrator(self)
            if self.sending:
                return
            self.sending, self.done, self.problem = True, "", ""
        done = problem = ""
        try:
            done = await mail_trial.send(actor)
        except AppError as error:
            problem = error.message
        finally:
            async with self:
                self.sending, self.done, self.problem = False, done, problem


def mail() -> rx.Component:
    """One button, and what came of it."""
    return rx.el.div(
        card(
            "Test mail",
            rx.el.p(MailState.way),
            rx.el.div(
                button(
                    rx.cond(MailState.sending, "Sending…", "Send me a test mail"), MailState.send
                ),
                class_name="actions",
            ),
            rx.cond(MailState.done, rx.el.p(MailState.done, role="status")),
            problem(MailState.problem),
            about="Links for forgotten passwords and invitations need mail that arrives.",
        ),
        on_mount=MailState.load,
    )
