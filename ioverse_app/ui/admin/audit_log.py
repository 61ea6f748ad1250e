"""The audit log: who did what."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.services import audit
from ioverse_app.tables import AuditEntry, User
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.admin.parts import button, line, rows
from ioverse_app.ui.admin.words import moment
from ioverse_app.ui.settings import card

KINDS = (
    ("", "Everything"),
    ("session.", "Sign-ins"),
    ("person.", "People"),
    ("group.", "Groups"),
    ("content.", "Opened chats"),
    ("share.", "Links"),
    ("chat", "Exports and imports"),
    ("key.", "Keys"),
    ("setting.", "Settings"),
    ("job.", "Jobs"),
)
DEEDS = {
    "session.started": "signed in",
    "session.refused": "A sign-in failed",
    "person.created": "made the account of {about}",
    "person.role_changed": "changed the role of {about}",
    "person.groups_changed": "changed the groups of {about}",
    "person.blocked": "blocked {about}",
    "person.unblocked": "unblocked {about}",
    "person.password_reset": "gave {about} a new password",
    "person.deleted": "deleted {about}",
    "group.created": "made a group",
    "group.renamed": "renamed a group",
    "group.deleted": "deleted a group",
    "content.opened": "opened a chat of {about}",
    "share.created": "made a link",
    "share.revoked": "revoked a link",
    "chat.exported": "exported a chat",
    "chats.exported": "exported chats",
    "chats.imported": "brought chats along",
    "key.kept": "set a key",
    "setting.changed": "changed a setting",
    "job.started": "started a job",
}
GONE = "somebody who is gone"


@dataclass(frozen=True)
class EntryItem:
    """An entry as a sentence, and one line about it."""

    number: int
    sentence: str
    about: str

    @classmethod
    def of(cls, entry: AuditEntry, names: dict[str, str]) -> EntryItem:
        """This entry."""
        about = names.get(entry.about_id or "", GONE)
        deed = DEEDS.get(entry.action, entry.action.replace(".", " ")).format(about=about)
        if entry.actor_id:
            deed = f"{names.get(entry.actor_id, GONE)} {deed}"
        details = [f"{name}: {_plain(value)}" for name, value in entry.details.items()]
        if entry.object_kind == "setting":
            details.insert(0, entry.object_id)
        parts = [f"#{entry.number}", moment(entry.at), *details]
        return cls(entry.number, deed, " · ".join(parts))


class AuditState(rx.State):
    """A page of the log, newest first, and the verdict."""

    entries: list[EntryItem] = []
    kind: str = ""
    has_more: bool = False
    verdict: str = ""

    @rx.event
    async def load(self):
        """Show the newest entries."""
        self.kind, self.entries, self.verdict = "", [], ""
        await self._read(await administrator(self))

    @rx.event
    async def show(self, kind: str):
        """Show one kind of entries."""
        actor = await administrator(self)
        self.kind, self.entries = str(kind)[:64], []
        await self._read(actor)

    @rx.event
    async def more(self):
        """Show older ones as well."""
        await self._read(await administrator(self))

    @rx.event
    async def verify(self):
        """Find out whether the log was changed."""
        await administrator(self)
        self.verdict = (await audit.verify()).sentence

    async def _read(self, actor: User) -> None:
        before = self.entries[-1].number if self.entries else None
        async with db.reading() as session:
            found = await audit.page(session, actor, before=before, action=self.kind)
            names = await audit.names(session, found)
        self.entries = [*self.entries, *[EntryItem.of(entry, names) for entry in found]]
        self.has_more = len(found) == audit.PAGE


def audit_log() -> rx.Component:
    """What was done, and whether the log is whole."""
    return rx.el.div(
        rx.el.div(
            rx.el.select(
                *[rx.el.option(label, value=value) for value, label in KINDS],
                value=AuditState.kind,
                aria_label="Kind of entries",
                on_change=AuditState.show,
                class_name="field",
            ),
            rx.el.button("Verify", type="button", class_name="button", on_click=AuditState.verify),
            class_name="tools",
        ),
        rx.el.p(AuditState.verdict, role="status", class_name="about"),
        card(
            "Entries",
            rows(
                AuditState.entries,
                lambda entry: rx.el.li(line(entry.sentence, entry.about)),
                "Nothing of this kind was done yet.",
                "Entries",
            ),
            rx.cond(AuditState.has_more, button("Show more", AuditState.more, "more")),
            about="Each entry holds the hash of the one before, so that none can be changed"
            " without all that follow.",
        ),
        on_mount=AuditState.load,
    )


def _plain(value: object) -> str:
    if value is None:
        return "as in the environment"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
