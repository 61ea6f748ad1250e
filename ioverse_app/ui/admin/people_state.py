"""The people of the workspace, and the one who is managed."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.services import access, groups, people
from ioverse_app.services.people import Person
from ioverse_app.tables import User
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.admin.words import many, moment

ROLES = {"owner": "Owner", "admin": "Administrator", "member": "Member", "guest": "Guest"}


@dataclass(frozen=True)
class GroupItem:
    """A group, by its id and name."""

    id: str
    name: str


@dataclass(frozen=True)
class PersonItem:
    """A person in the list."""

    id: str
    name: str
    about: str
    role: str
    role_name: str
    blocked: bool
    group_ids: list[str]
    manageable: bool

    @classmethod
    def of(cls, person: Person, actor: User) -> PersonItem:
        """This person, as this administrator sees them."""
        user = person.user
        parts = [
            user.email,
            many(person.chats, "chat"),
            f"last seen {moment(person.seen_at)}",
            *[group.name for group in person.groups],
        ]
        return cls(
            id=user.id,
            name=user.username,
            about=" · ".join(parts),
            role=user.role,
            role_name=ROLES.get(user.role, user.role),
            blocked=user.blocked_at is not None,
            group_ids=[group.id for group in person.groups],
            manageable=user.id != actor.id and access.manages(actor, user.role),
        )


class PeopleState(rx.State):
    """The list. `password` is one that was just made: nobody can show it a second time."""

    people: list[PersonItem] = []
    groups: list[GroupItem] = []
    next_cursor: str = ""
    words: str = ""
    chosen_id: str = ""
    password: str = ""
    password_of: str = ""
    adding: bool = False
    question: str = ""
    sentence: str = ""
    _doomed: str = ""

    @rx.event
    async def load(self):
        """Show the first page."""
        self.chosen_id, self.password, self.adding, self.words = "", "", False, ""
        await self._read(await administrator(self))

    @rx.event
    async def search(self, words: str):
        """Show those with this in their name or address."""
        actor = await administrator(self)
        self.words, self.chosen_id = str(words)[:200], ""
        await self._read(actor)

    @rx.event
    async def more(self):
        """Show the next page as well."""
        actor = await administrator(self)
        async with db.reading() as session:
            page = await people.page(
                session, actor, words=self.words, cursor=self.next_cursor or None
            )
        self.people = [*self.people, *[PersonItem.of(person, actor) for person in page.items]]
        self.next_cursor = page.next_cursor or ""

    @rx.event
    def choose(self, user_id: str):
        """Open what can be done about a person, or close it."""
        self.chosen_id = "" if self.chosen_id == user_id else str(user_id)

    @rx.event
    def add(self):
        """Open the form for a new person, or close it."""
        self.adding = not self.adding

    @rx.event
    async def create(self, form: dict[str, str]):
        """Make an account, and show its first password once."""
        actor = await administrator(self)
        user, password = await people.create(
            actor,
            str(form.get("username", "")),
            str(form.get("email", "")),
            str(form.get("role", "member")),
        )
        self.password, self.password_of, self.adding = password, user.username, False
        await self._read(actor)

    @rx.event
    async def change_role(self, user_id: str, role: str):
        """Give a person another role."""
        actor = await administrator(self)
        async with db.transaction() as session:
            await people.change_role(session, actor, str(user_id), str(role))
        await self._read_again(actor, str(user_id))

    @rx.event
    async def block(self, user_id: str, blocked: bool):
        """Shut a person out, or let them in again."""
        actor = await administrator(self)
        async with db.transaction() as session:
            turn = people.block if blocked else people.unblock
            await turn(session, actor, str(user_id))
        await self._read_again(actor, str(user_id))

    @rx.event
    async def reset_password(self, user_id: str):
        """Give a person a new password, and show it once."""
        actor = await administrator(self)
        self.password = await people.reset_password(actor, str(user_id))
        self.password_of = next((one.name for one in self.people if one.id == user_id), "")

    @rx.event
    def forget_password(self):
        """Put the new password away."""
        self.password = self.password_of = ""

    @rx.event
    async def put(self, user_id: str, group_id: str, inside: bool):
        """Put a person into a group, or take them out."""
        actor = await administrator(self)
        async with db.transaction() as session:
            person = await people.get(session, actor, str(user_id))
            ids = [group.id for group in person.groups if group.id != group_id]
            await groups.put(session, actor, person.user.id, [*ids, group_id] if inside else ids)
        await self._read_again(actor, str(user_id))

    @rx.event
    async def ask_delete(self, user_id: str):
        """Ask before a person is deleted."""
        actor = await administrator(self)
        async with db.reading() as session:
            person = await people.get(session, actor, str(user_id))
        self._doomed, self.question = person.user.id, f"Delete {person.user.username}?"
        self.sentence = (
            f"The account, {many(person.chats, 'chat')}, files, links and keys are deleted"
            " for good. Nothing of it can be brought back."
        )

    @rx.event
    def keep(self):
        """Delete nobody."""
        self.question = self.sentence = self._doomed = ""

    @rx.event
    async def delete(self):
        """Delete the person who was asked about, with everything of theirs."""
        actor = await administrator(self)
        doomed, self.question, self.sentence, self._doomed = self._doomed, "", "", ""
        if doomed:
            await people.delete(actor, doomed)
            await self._read(actor)

    async def _read(self, actor: User) -> None:
        async with db.reading() as session:
            page = await people.page(session, actor, words=self.words)
            known = await groups.all_groups(session, actor)
        self.people = [PersonItem.of(person, actor) for person in page.items]
        self.groups = [GroupItem(group.id, group.name) for group, _ in known]
        self.next_cursor = page.next_cursor or ""

    async def _read_again(self, actor: User, user_id: str) -> None:
        """Show one person anew, and leave the list as it is."""
        async with db.reading() as session:
            changed = PersonItem.of(await people.get(session, actor, user_id), actor)
        self.people = [changed if one.id == user_id else one for one in self.people]
