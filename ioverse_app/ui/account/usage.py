"""What one has used, and what is left."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.services import budgets
from ioverse_app.services import usage as service
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card
from ioverse_app.ui.usage import (
    ChartItem,
    MeterItem,
    UseItem,
    chart,
    chart_of,
    download,
    empty,
    meters,
    meters_of,
    table,
    uses_of,
)


class UsageState(rx.State):
    """The last 30 days of the person who is signed in."""

    loaded: bool = False
    shown: ChartItem = ChartItem()
    models: list[UseItem] = []
    budgets: list[MeterItem] = []

    @rx.event
    async def load(self):
        """Read it."""
        if not (user := await current_user(self)):
            return
        async with db.reading() as session:
            days = await service.days_of(session, user)
            uses = await service.of(session, user)
            stand = await budgets.standings(session, user)
        self.shown, self.models, self.budgets = chart_of(days), uses_of(uses), meters_of(stand)
        self.loaded = True


def usage() -> rx.Component:
    """Budgets, the chart, the table."""
    return rx.el.div(
        rx.cond(UsageState.budgets, card("Budgets", meters(UsageState.budgets))),
        card(
            "The last 30 days",
            rx.cond(
                UsageState.models,
                rx.fragment(
                    rx.cond(UsageState.shown.legend, chart(UsageState.shown)),
                    table("Model", UsageState.models),
                    download("/api/usage.csv"),
                ),
                rx.cond(UsageState.loaded, empty(), rx.el.div(class_name="usage-waiting")),
            ),
            about="What your answers and their titles took. Days are those of UTC.",
        ),
        on_mount=UsageState.load,
    )
