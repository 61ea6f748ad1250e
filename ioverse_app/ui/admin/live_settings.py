"""The settings that can change while the app runs."""

from __future__ import annotations

from typing import Any

import reflex as rx

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import changed_settings
from ioverse_app.services.changed_settings import ALL, BY_NAME, Changeable
from ioverse_app.tables import User
from ioverse_app.ui.admin.asking import administrator
from ioverse_app.ui.admin.parts import button
from ioverse_app.ui.settings import card, field, problem
from ioverse_app.ui.shell import NoticeState, ShellState


class LiveSettingsState(rx.State):
    """What the settings are. `version` makes the form anew when they have changed."""

    values: dict[str, str] = {}
    changed: list[str] = []
    version: int = 0
    problem: str = ""

    @rx.event
    async def load(self):
        """Read them."""
        await self._read(await administrator(self))

    @rx.event
    async def save(self, form: dict[str, Any]):
        """Change what was typed anew."""
        actor = await administrator(self)
        typed = {name: str(value).strip() for name, value in form.items() if name in BY_NAME}
        return await self._change(
            actor, {name: text for name, text in typed.items() if text != self.values.get(name)}
        )

    @rx.event
    async def give_back(self, name: str):
        """Let the environment decide about one again."""
        return await self._change(await administrator(self), {str(name): None})

    async def _change(self, actor: User, values: dict[str, Any]):
        try:
            async with db.transaction() as session:
                await changed_settings.change(session, actor, values)
        except AppError as error:
            self.problem = error.message
            return None
        self.problem = ""
        await self._read(actor)
        (await self.get_state(ShellState))._greet(actor)
        return NoticeState.say("Saved. It holds from now on." if values else "Nothing changed.")

    async def _read(self, actor: User) -> None:
        async with db.reading() as session:
            changed = await changed_settings.changed(session)
        now = changed_settings.values(changed)
        self.values = {name: _written(now[name]) for name in BY_NAME}
        self.changed = sorted(changed)
        self.version += 1


def live_settings() -> rx.Component:
    """One form for all of them."""
    return rx.el.div(
        problem(LiveSettingsState.problem),
        card(
            "Settings",
            rx.cond(
                LiveSettingsState.version,
                rx.el.form(
                    rx.el.div(*[_setting(one) for one in ALL], class_name="grid"),
                    rx.el.div(
                        rx.el.button("Save", type="submit", class_name="button primary"),
                        class_name="actions",
                    ),
                    key=LiveSettingsState.version.to_string(),
                    on_submit=LiveSettingsState.save,
                    class_name="panel",
                ),
            ),
            about="They hold at once, for everybody, in place of what the environment says.",
        ),
        on_mount=LiveSettingsState.load,
    )


def _setting(one: Changeable) -> rx.Component:
    value = LiveSettingsState.values[one.name]
    if one.choices:
        options = [rx.el.option(choice, value=choice) for choice in one.choices]
        control = rx.el.select(*options, name=one.name, default_value=value, class_name="field")
    else:
        control = rx.el.input(
            name=one.name,
            default_value=value,
            input_mode="decimal" if one.is_number else "text",
            auto_complete="off",
            class_name="field",
        )
    return rx.el.div(
        field(one.label, control, one.help),
        rx.cond(
            LiveSettingsState.changed.contains(one.name),
            button("As in the environment", LiveSettingsState.give_back(one.name), "quiet"),
        ),
    )


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
