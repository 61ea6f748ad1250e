"""Models that end: who uses them, and moving all of it to others."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import paying, retirement
from ioverse_app.services.retirement import Retiring
from ioverse_app.tables import ModelMove, User
from ioverse_app.ui.admin.who import administrator
from ioverse_app.ui.settings import card, problem


@dataclass(frozen=True)
class EndingItem:
    """A model that ends."""

    ref: str
    label: str
    when: str
    used: str
    stage: str

    @classmethod
    def of(cls, one: Retiring) -> EndingItem:
        """This model as the list shows it."""
        left = f"in {one.days} days" if one.days > 0 else "over"
        chats = f"{one.chats} chats" if one.chats != 1 else "1 chat"
        people = f"{one.people} people" if one.people != 1 else "1 person"
        when = f"{one.ends_on:%-d %B %Y}, {left}"
        return cls(one.ref, one.label, when, f"{chats} of {people}", f"within-{one.stage}")


@dataclass(frozen=True)
class MoveItem:
    """A move that was made."""

    id: str
    about: str
    undone: bool

    @classmethod
    def of(cls, one: ModelMove) -> MoveItem:
        """This move as the list shows it."""
        about = f"{len(one.conversation_ids)} chats from {one.old} to {one.new}"
        return cls(one.id, f"{about}, {one.created_at:%-d %B %Y}", one.undone_at is not None)


@dataclass(frozen=True)
class TargetItem:
    """A model that can take over."""

    ref: str
    label: str


class RetirementState(rx.State):
    """What ends, and what was moved."""

    items: list[EndingItem] = []
    moves: list[MoveItem] = []
    targets: list[TargetItem] = []
    problem: str = ""

    @rx.event
    async def load(self):
        """Read it."""
        if user := await administrator(self):
            self.problem = ""
            await self._read(user)

    @rx.event
    async def move(self, form: dict[str, str]):
        """Give everything that uses a model another."""
        user = await administrator(self)
        if user is None:
            return
        self.problem = ""
        try:
            await retirement.move(user, str(form.get("old", "")), str(form.get("new", "")))
        except AppError as error:
            self.problem = error.message
        await self._read(user)

    @rx.event
    async def undo(self, move_id: str):
        """Take a move back."""
        user = await administrator(self)
        if user is None:
            return
        self.problem = ""
        try:
            await retirement.undo(user, str(move_id))
        except AppError as error:
            self.problem = error.message
        await self._read(user)

    async def _read(self, user: User) -> None:
        async with db.reading() as session:
            self.items = [EndingItem.of(one) for one in await retirement.due(session, user)]
            self.moves = [MoveItem.of(one) for one in await retirement.moves(session, user)]
        now = await paying.available(user)
        self.targets = [TargetItem(one.ref, one.label) for one in now.models]


def retiring() -> rx.Component:
    """What ends within 90 days, and the last moves."""
    return rx.el.div(
        card(
            "Models that end",
            problem(RetirementState.problem),
            rx.cond(
                RetirementState.items,
                rx.el.ul(rx.foreach(RetirementState.items, _row), class_name="rows"),
                rx.el.p("No chat uses a model that ends within 90 days.", class_name="about"),
            ),
            about="Moving changes which model gives the next answers; what was said stays.",
        ),
        rx.cond(
            RetirementState.moves,
            card(
                "Moved",
                rx.el.ul(rx.foreach(RetirementState.moves, _moved), class_name="rows"),
            ),
        ),
        on_mount=RetirementState.load,
    )


def _row(item: EndingItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.label),
            rx.el.span(item.when, class_name=f"about {item.stage}"),
            rx.el.span(item.used, class_name="about"),
            class_name="grow",
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="old", value=item.ref, read_only=True),
            rx.el.select(
                rx.foreach(
                    RetirementState.targets, lambda one: rx.el.option(one.label, value=one.ref)
                ),
                name="new",
                aria_label=f"Model in place of {item.label}",
                class_name="field",
            ),
            rx.el.button("Move all", type="submit", class_name="button small primary"),
            on_submit=RetirementState.move,
            class_name="actions",
        ),
    )


def _moved(item: MoveItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.span(item.about)),
        rx.cond(
            item.undone,
            rx.el.span("Undone", class_name="about"),
            rx.el.button(
                "Undo",
                type="button",
                class_name="button small",
                on_click=RetirementState.undo(item.id),
            ),
        ),
    )
