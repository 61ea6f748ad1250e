"""Invitations: links by which people register, whatever the mode."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import access
from ioverse_app.services import invitations as service
from ioverse_app.services.access import Action
from ioverse_app.tables import Invitation, Role
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card, field
from ioverse_app.ui.settings.secret_form import SecretForm, typed
from ioverse_app.ui.settings.times import ago, exact
from ioverse_app.ui.shell import NoticeState

LASTS = (("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days"))


@dataclass(frozen=True)
class InvitationItem:
    """A line of the list of invitations."""

    id: str
    note: str
    terms: str
    at: str
    is_open: bool

    @classmethod
    def of(cls, row: Invitation) -> InvitationItem:
        """This invitation."""
        if row.used_at is not None:
            terms = f"Used by {row.used_by} {ago(row.used_at)}"
        elif row.is_open:
            terms = f"As {row.role} · open until {row.expires_at:%-d %B %Y}"
        else:
            terms = f"Ended on {row.expires_at:%-d %B %Y}"
        return cls(
            row.id,
            row.note or "For anybody",
            terms,
            exact(row.used_at or row.expires_at),
            row.is_open,
        )


class InvitationsState(rx.State):
    """The invitations of the workspace, for those who administer it."""

    invitations: list[InvitationItem] = []

    @rx.event
    async def load(self):
        """Read them."""
        user = await current_user(self)
        if not access.may(user, Action.ADMINISTER) or user is None:
            return
        async with db.reading() as session:
            found = await service.every(session, user)
        self.invitations = [InvitationItem.of(row) for row in found]

    @rx.event
    async def revoke(self, invitation_id: str):
        """Take an invitation back."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.transaction() as session:
                await service.revoke(session, user, str(invitation_id))
        except AppError as error:
            return NoticeState.say(error.message)
        return InvitationsState.load


def invitations() -> rx.Component:
    """Invite somebody, and see who was invited."""
    return rx.el.div(
        card(
            "Invite somebody",
            SecretForm.create(
                typed("For whom (only administrators see it)", "note", max_length=service.NOTE_MAX),
                rx.el.div(
                    field(
                        "Role",
                        rx.el.select(
                            *[
                                rx.el.option(one.value.title(), value=one.value)
                                for one in service.ROLES
                            ],
                            name="role",
                            default_value=Role.MEMBER.value,
                            class_name="field",
                        ),
                    ),
                    field(
                        "Expires after",
                        rx.el.select(
                            *[rx.el.option(label, value=days) for days, label in LASTS],
                            name="days",
                            default_value="7",
                            class_name="field",
                            custom_attrs={"data-kind": "number"},
                        ),
                    ),
                    class_name="two",
                ),
                action="/api/admin/invitations",
                button="Create invitation",
                shows="link",
                label="Invitation link",
                on_done=InvitationsState.load,
            ),
            about="One person can register with the link, also while registration is closed.",
        ),
        card(
            "Invitations",
            rx.cond(
                InvitationsState.invitations,
                rx.el.ul(rx.foreach(InvitationsState.invitations, _line), class_name="rows"),
                rx.el.p("Nobody was invited yet.", class_name="about"),
            ),
        ),
        on_mount=InvitationsState.load,
    )


def _line(item: rx.Var[InvitationItem]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.note),
            rx.el.span(item.terms, title=item.at, class_name="muted"),
        ),
        rx.cond(
            item.is_open,
            rx.el.button(
                "Revoke",
                type="button",
                class_name="button small",
                on_click=InvitationsState.revoke(item.id),
            ),
        ),
    )
