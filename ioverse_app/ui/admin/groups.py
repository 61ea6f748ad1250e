"""The groups of the workspace."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.services import groups as all_of_them
from ioverse_app.tables import User
from ioverse_app.ui.admin.allowance import allowance
from ioverse_app.ui.admin.allowance_state import AllowanceState
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.admin.parts import button, line, rows
from ioverse_app.ui.admin.words import many
from ioverse_app.ui.settings import card
from ioverse_app.ui.shell.confirm import confirm


@dataclass(frozen=True)
class GroupLine:
    """A group, and how many are in it."""

    id: str
    name: str
    people: str


class GroupsState(rx.State):
    """The groups, the one that is open, that gets another name, and that may be deleted."""

    groups: list[GroupLine] = []
    chosen_id: str = ""
    renaming: str = ""
    question: str = ""
    _doomed: str = ""

    @rx.event
    async def load(self):
        """Read them."""
        self.chosen_id = self.renaming = ""
        await self._read(await administrator(self))

    @rx.event
    def choose(self, group_id: str):
        """Open what a group is given, or close it."""
        self.chosen_id = "" if self.chosen_id == group_id else str(group_id)

    @rx.event
    async def create(self, form: dict[str, str]):
        """Make a group."""
        actor = await administrator(self)
        async with db.transaction() as session:
            await all_of_them.create(session, actor, str(form.get("name", "")))
        await self._read(actor)

    @rx.event
    async def rename(self, form: dict[str, str]):
        """Give the group that was chosen another name."""
        actor = await administrator(self)
        async with db.transaction() as session:
            await all_of_them.rename(session, actor, self.renaming, str(form.get("name", "")))
        self.renaming = ""
        await self._read(actor)

    @rx.event
    def ask_name(self, group_id: str):
        """Ask for another name of a group; with nothing, do not any more."""
        self.renaming = str(group_id)

    @rx.event
    def ask_delete(self, group_id: str):
        """Ask before a group is deleted."""
        found = next((group for group in self.groups if group.id == group_id), None)
        if found is not None:
            self._doomed, self.question = found.id, f"Delete the group {found.name}?"

    @rx.event
    def keep(self):
        """Delete none."""
        self.question = self._doomed = ""

    @rx.event
    async def delete(self):
        """Delete the group that was asked about. Nobody in it is."""
        actor = await administrator(self)
        doomed, self.question, self._doomed = self._doomed, "", ""
        if doomed:
            async with db.transaction() as session:
                await all_of_them.delete(session, actor, doomed)
            await self._read(actor)

    async def _read(self, actor: User) -> None:
        async with db.reading() as session:
            found = await all_of_them.all_groups(session, actor)
        self.groups = [
            GroupLine(group.id, group.name, many(count, "person", "people"))
            for group, count in found
        ]


def groups() -> rx.Component:
    """Make, rename and delete groups. Who is in one is said beside each person."""
    return rx.el.div(
        rx.el.form(
            rx.el.input(
                name="name",
                placeholder="Name of a group",
                aria_label="Name of a group",
                max_length=all_of_them.NAME_MAX,
                required=True,
                class_name="field",
            ),
            rx.el.button("Add group", type="submit", class_name="button primary"),
            on_submit=GroupsState.create,
            reset_on_submit=True,
            class_name="tools",
        ),
        card(
            "Groups",
            rows(
                GroupsState.groups,
                _group,
                "There is no group yet. Models, keys and budgets can be given to groups.",
                "Groups",
            ),
            about=(
                "People are put into groups beside their names. A limit is for all in the group "
                "together; its provider keys pay for those who have none of their own."
            ),
        ),
        confirm(
            GroupsState.question,
            "Nobody in it is deleted; what the group was given, they lose.",
            on_yes=GroupsState.delete,
            on_no=GroupsState.keep,
        ),
        on_mount=GroupsState.load,
    )


def _group(group: rx.Var[GroupLine]) -> rx.Component:
    return rx.el.li(
        rx.cond(GroupsState.renaming == group.id, _naming(group), line(group.name, group.people)),
        rx.cond(
            GroupsState.renaming == group.id,
            rx.fragment(),
            rx.el.div(
                rx.el.button(
                    "Manage",
                    type="button",
                    aria_label=f"Manage {group.name}",
                    aria_expanded=GroupsState.chosen_id == group.id,
                    class_name="button small",
                    on_click=[GroupsState.choose(group.id), AllowanceState.open_group(group.id)],
                ),
                _named("Rename", group, GroupsState.ask_name(group.id)),
                _named("Delete", group, GroupsState.ask_delete(group.id)),
                class_name="actions",
            ),
        ),
        rx.cond(
            GroupsState.chosen_id == group.id,
            rx.el.div(allowance(group.name), class_name="panel"),
        ),
        key=group.id,
        class_name="opens",
    )


def _naming(group: rx.Var[GroupLine]) -> rx.Component:
    return rx.el.form(
        rx.el.input(
            name="name",
            default_value=group.name,
            aria_label=f"New name of {group.name}",
            max_length=all_of_them.NAME_MAX,
            required=True,
            auto_focus=True,
            class_name="field",
        ),
        rx.el.button("Save", type="submit", class_name="button small primary"),
        button("Cancel", GroupsState.ask_name("")),
        on_submit=GroupsState.rename,
        class_name="tools",
    )


def _named(verb: str, group: rx.Var[GroupLine], on_click: rx.event.EventType) -> rx.Component:
    """A button that says whom it is about to those who do not see the row."""
    return rx.el.button(
        verb,
        rx.el.span(" ", group.name, class_name="visually-hidden"),
        type="button",
        class_name="button small",
        on_click=on_click,
    )
