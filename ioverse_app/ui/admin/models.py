"""The models: what the catalogue knows of each, and what is set in its place."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.providers import catalogue
from ioverse_app.providers.provider import Model
from ioverse_app.services import groups, model_overrides
from ioverse_app.ui.admin import model_form
from ioverse_app.ui.admin.model_form import FactField, GroupChoice
from ioverse_app.ui.admin.who import administrator
from ioverse_app.ui.settings import card, field, problem
from ioverse_app.ui.shell import NoticeState

SHOWN = 60


@dataclass(frozen=True)
class ListedModel:
    """A model in the list."""

    ref: str
    label: str
    about: str

    @classmethod
    def of(cls, model: Model) -> ListedModel:
        """This model, with what is special about it."""
        profile = catalogue.profile(model.ref)
        marks = [model.ref, f"{profile.context_window:,} tokens"]
        marks += ["hidden"] if profile.hidden else []
        marks += [f"ends {model.ends_on:%-d %B %Y}"] if model.ends_on else []
        marks += ["changed here"] if catalogue.overridden(model.ref) else []
        return cls(model.ref, model.label, " · ".join(marks))


class ModelsState(rx.State):
    """The models that were looked for, and the one whose form is open."""

    items: list[ListedModel] = []
    more: int = 0
    loading: bool = True
    search: str = ""
    editing: str = ""
    fields: list[FactField] = []
    sees: str = ""
    hidden: bool = False
    restricted: bool = False
    groups: list[GroupChoice] = []
    problem: str = ""

    @rx.event(background=True)
    async def load(self):
        """Read the list."""
        async with self:
            user, search = await administrator(self), self.search
        if user is None:
            return
        found = await model_overrides.listed(user)
        words = search.lower().split()
        wanted = [one for one in found if all(w in f"{one.ref} {one.label}".lower() for w in words)]
        async with self:
            if search == self.search:
                self.items = [ListedModel.of(one) for one in wanted[:SHOWN]]
                self.more, self.loading = max(0, len(wanted) - SHOWN), False

    @rx.event
    def look(self, text: str):
        """Show those whose names have these words."""
        self.search = str(text)[:100]
        return ModelsState.load

    @rx.event
    async def edit(self, ref: str):
        """Open the form of a model, or close it."""
        user = await administrator(self)
        if user is None:
            return
        self.editing, self.problem = str(ref), ""
        if self.editing:
            self.fields = model_form.fields(self.editing)
            self.sees, self.hidden = model_form.choices(self.editing)
            self.restricted = model_form.is_restricted(self.editing)
            async with db.reading() as session:
                known = await groups.all_groups(session, user)
            self.groups = model_form.groups(self.editing, [group for group, _ in known])

    @rx.event
    async def save(self, form: dict[str, str]):
        """Set what the form says."""
        user = await administrator(self)
        if user is None:
            return None
        try:
            await model_overrides.change(user, self.editing, model_form.facts(form))
        except AppError as error:
            self.problem = error.message
            return None
        self.editing = self.problem = ""
        return [ModelsState.load, NoticeState.say("It holds from the next answer on.")]


def models() -> rx.Component:
    """A list that can be searched; the open one has its form below it."""
    return rx.el.div(
        card(
            "Models",
            rx.el.input(
                type="search",
                aria_label="Search models",
                placeholder="Search models",
                on_change=ModelsState.look.debounce(200),
                class_name="field",
            ),
            rx.cond(
                ModelsState.loading,
                rx.el.div(class_name="skeleton", style={"height": "220px"}),
                rx.cond(
                    ModelsState.items,
                    rx.el.ul(rx.foreach(ModelsState.items, _row), class_name="rows"),
                    rx.el.p("No model is listed.", class_name="about"),
                ),
            ),
            rx.cond(
                ModelsState.more,
                rx.el.p(ModelsState.more, " more. Search to find them.", class_name="about"),
            ),
            about="What is left empty is as the catalogue and the provider say.",
        ),
        on_mount=ModelsState.load,
    )


def _row(item: ListedModel) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.label),
            rx.el.span(item.about, class_name="about"),
            rx.cond(ModelsState.editing == item.ref, _form()),
            class_name="grow",
        ),
        rx.cond(
            ModelsState.editing == item.ref,
            rx.fragment(),
            rx.el.button(
                "Edit",
                rx.el.span(" ", item.label, class_name="visually-hidden"),
                type="button",
                class_name="button small",
                on_click=ModelsState.edit(item.ref),
            ),
        ),
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.foreach(ModelsState.fields, _field),
            field(
                "Sees pictures",
                rx.el.select(
                    rx.el.option("As the catalogue says", value=""),
                    rx.el.option("Yes", value="yes"),
                    rx.el.option("No", value="no"),
                    name="vision",
                    aria_label="Sees pictures",
                    default_value=ModelsState.sees,
                    class_name="field",
                ),
            ),
            class_name="field-grid",
        ),
        rx.el.label(
            rx.el.input(type="checkbox", name="hidden", default_checked=ModelsState.hidden),
            rx.el.span("Hide it from the picker"),
            class_name="check",
        ),
        rx.cond(ModelsState.restricted | (ModelsState.groups.length() > 0), _audience()),
        problem(ModelsState.problem),
        rx.el.div(
            rx.el.button(
                "Cancel", type="button", class_name="button small", on_click=ModelsState.edit("")
            ),
            rx.el.button("Save", type="submit", class_name="button small primary"),
            class_name="actions",
        ),
        on_submit=ModelsState.save,
        class_name="inline-form",
    )


def _audience() -> rx.Component:
    """Who may use it: everybody, or those in some groups."""
    return rx.fragment(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                name="restricted",
                default_checked=ModelsState.restricted,
            ),
            rx.el.span("Only some groups may use it"),
            class_name="check",
        ),
        rx.el.fieldset(
            rx.el.legend("Groups that may use it"),
            rx.foreach(ModelsState.groups, _group),
            class_name="checks",
        ),
    )


def _group(one: GroupChoice) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox", name=f"{model_form.GROUP}{one.id}", default_checked=one.chosen
        ),
        one.name,
    )


def _field(one: FactField) -> rx.Component:
    return rx.el.label(
        rx.el.span(one.label, class_name="label"),
        rx.el.input(
            name=one.name,
            type=one.kind,
            aria_label=one.label,
            default_value=one.value,
            placeholder=one.hint,
            class_name="field",
        ),
        class_name="setting",
    )
