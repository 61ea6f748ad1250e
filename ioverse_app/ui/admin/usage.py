"""What everyone has used."""

from __future__ import annotations

import reflex as rx

from ioverse_app import db
from ioverse_app.services import access
from ioverse_app.services import usage as service
from ioverse_app.services.access import Action
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card
from ioverse_app.ui.usage import (
    ChartItem,
    UseItem,
    chart,
    chart_of,
    download,
    empty,
    table,
    uses_of,
)


class EveryonesUsageState(rx.State):
    """The last 30 days of everyone."""

    loaded: bool = False
    shown: ChartItem = ChartItem()
    people: list[UseItem] = []
    models: list[UseItem] = []

    @rx.event
    async def load(self):
        """Read it, for administrators."""
        user = await current_user(self)
        if not access.may(user, Action.ADMINISTER) or user is None:
            return
        async with db.reading() as session:
            days = await service.days_of(session, user, everyone=True)
            self.people = uses_of(await service.of_all(session, user, by="user"))
            self.models = uses_of(await service.of_all(session, user))
        self.shown, self.loaded = chart_of(days), True


def usage() -> rx.Component:
    """The chart, then by person and by model."""
    return rx.el.div(
        card(
            "The last 30 days",
            rx.cond(
                EveryonesUsageState.models,
                rx.fragment(
                    rx.cond(EveryonesUsageState.shown.legend, chart(EveryonesUsageState.shown)),
                    download("/api/admin/usage.csv"),
                ),
                rx.cond(EveryonesUsageState.loaded, empty(), rx.el.div(class_name="usage-waiting")),
            ),
        ),
        rx.cond(
            EveryonesUsageState.models,
            rx.fragment(
                card("By person", table("Person", EveryonesUsageState.people)),
                card("By model", table("Model", EveryonesUsageState.models)),
            ),
        ),
        on_mount=EveryonesUsageState.load,
    )
