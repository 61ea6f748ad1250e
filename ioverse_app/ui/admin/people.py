"""The people of the workspace, from top to bottom."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.admin.allowance import allowance
from ioverse_app.ui.admin.allowance_state import AllowanceState
from ioverse_app.ui.admin.parts import button, line, mark, more, rows
from ioverse_app.ui.admin.people_state import ROLES, GroupItem, PeopleState, PersonItem
from ioverse_app.ui.settings import card, field
from ioverse_app.ui.shell.confirm import confirm


def people() -> rx.Component:
    """Everybody, and what can be done about each."""
    return rx.el.div(
        rx.el.div(
            rx.el.input(
                type="search",
                placeholder="Name or e-mail",
                aria_label="Search people",
                class_name="field",
                on_change=PeopleState.search.debounce(300),
            ),
            rx.el.button(
                "Add a person",
                type="button",
                aria_expanded=PeopleState.adding,
                class_name="button primary",
                on_click=PeopleState.add,
            ),
            class_name="tools",
        ),
        rx.cond(PeopleState.password, _password()),
        rx.cond(PeopleState.adding, _form()),
        card(
            "People",
            rows(
                PeopleState.people, _person, "Nobody has this in their name or address.", "People"
            ),
            more(PeopleState.next_cursor, PeopleState.more),
        ),
        confirm(
            PeopleState.question,
            PeopleState.sentence,
            on_yes=PeopleState.delete,
            on_no=PeopleState.keep,
        ),
        on_mount=PeopleState.load,
    )


def _password() -> rx.Component:
    return rx.el.p(
        rx.el.span("The password of ", rx.el.strong(PeopleState.password_of), ":"),
        rx.el.code(PeopleState.password, aria_label="New password"),
        button("Copy", rx.set_clipboard(PeopleState.password)),
        button("Done", PeopleState.forget_password),
        rx.el.span("Pass it on now: it cannot be shown again.", class_name="about"),
        role="status",
        class_name="once",
    )


def _form() -> rx.Component:
    return card(
        "A new person",
        rx.el.form(
            field("Username", rx.el.input(name="username", required=True, class_name="field")),
            field(
                "Email",
                rx.el.input(name="email", type="email", required=True, class_name="field"),
            ),
            field("Role", _roles(name="role", default_value="member")),
            rx.el.div(
                rx.el.button("Create", type="submit", class_name="button primary"),
                class_name="actions",
            ),
            on_submit=PeopleState.create,
            class_name="panel",
        ),
        about="They sign in with a password that is shown to you once.",
    )


def _roles(**attributes: object) -> rx.Component:
    options = [rx.el.option(label, value=value) for value, label in ROLES.items()]
    return rx.el.select(*options, class_name="field", **attributes)


def _person(person: rx.Var[PersonItem]) -> rx.Component:
    return rx.el.li(
        line(person.name, person.about),
        rx.el.div(
            rx.cond(person.blocked, mark("Blocked", "blocked")),
            mark(person.role_name),
            rx.cond(person.manageable, _manage(person)),
            class_name="actions",
        ),
        rx.cond(PeopleState.chosen_id == person.id, _panel(person)),
        class_name="opens",
    )


def _manage(person: rx.Var[PersonItem]) -> rx.Component:
    return rx.el.button(
        "Manage",
        type="button",
        aria_label=f"Manage {person.name}",
        aria_expanded=PeopleState.chosen_id == person.id,
        class_name="button small",
        on_click=[PeopleState.choose(person.id), AllowanceState.open_person(person.id)],
    )


def _panel(person: rx.Var[PersonItem]) -> rx.Component:
    return rx.el.div(
        field(
            "Role",
            _roles(value=person.role, on_change=PeopleState.change_role(person.id)),
            "Guests read and chat. Members also add files, share, export and keep keys.",
        ),
        rx.cond(
            PeopleState.groups,
            rx.el.fieldset(
                rx.el.legend("Groups"),
                rx.foreach(PeopleState.groups, lambda group: _group(person, group)),
                class_name="checks",
            ),
        ),
        allowance(person.name),
        rx.el.div(
            button("New password", PeopleState.reset_password(person.id)),
            rx.cond(
                person.blocked,
                button("Unblock", PeopleState.block(person.id, False)),
                button("Block", PeopleState.block(person.id, True)),
            ),
            button("Delete", PeopleState.ask_delete(person.id), "danger"),
            class_name="actions",
        ),
        class_name="panel",
    )


def _group(person: rx.Var[PersonItem], group: rx.Var[GroupItem]) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=person.group_ids.contains(group.id),
            on_change=PeopleState.put(person.id, group.id),
        ),
        group.name,
    )
