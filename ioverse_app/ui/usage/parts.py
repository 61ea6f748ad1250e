"""The chart, the table, the meters. Plain elements: no library of charts is loaded for them."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.usage.items import ChartItem, ColumnItem, KeyItem, MeterItem, PartItem, UseItem


def chart(item: rx.Var[ChartItem]) -> rx.Component:
    """A column for each day, and what its colours mean."""
    return rx.el.figure(
        rx.el.div(
            rx.el.span(item.top, class_name="top"),
            rx.el.div(rx.foreach(item.columns, _column), class_name="columns"),
            rx.el.div(rx.el.span(item.first), rx.el.span(item.last), class_name="ends"),
            role="img",
            aria_label=item.about,
        ),
        rx.el.figcaption(rx.foreach(item.legend, _key)),
        class_name="usage-chart",
    )


def _column(column: rx.Var[ColumnItem]) -> rx.Component:
    return rx.el.div(rx.foreach(column.parts, _part), title=column.title)


def _part(part: rx.Var[PartItem]) -> rx.Component:
    return rx.el.span(style={"height": part.height}, data_series=part.series)


def _key(key: rx.Var[KeyItem]) -> rx.Component:
    return rx.el.span(rx.el.i(data_series=key.series), key.label)


def table(first: str, rows: rx.Var[list[UseItem]]) -> rx.Component:
    """A row for each model or person."""
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(first, scope="col"),
                    *[
                        rx.el.th(name, scope="col", class_name="number")
                        for name in ("Answers", "Tokens in", "Tokens out", "Cost")
                    ],
                )
            ),
            rx.el.tbody(rx.foreach(rows, _row)),
        ),
        class_name="table",
    )


def _row(row: rx.Var[UseItem]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.label, scope="row", title=row.name),
        *[
            rx.el.td(cell, class_name="number")
            for cell in (row.answers, row.sent, row.written, row.cost)
        ],
    )


def meters(items: rx.Var[list[MeterItem]]) -> rx.Component:
    """How each budget stands."""
    return rx.el.div(rx.foreach(items, lambda item: meter(item)), class_name="meters")


def meter(item: rx.Var[MeterItem]) -> rx.Component:
    """How a budget stands: a bar, and the same in words."""
    return rx.el.div(
        rx.el.div(rx.el.span(item.name), rx.el.span(item.used), class_name="fact"),
        rx.el.div(
            rx.el.span(style={"width": item.width}),
            custom_attrs={"role": "meter"},
            aria_label=item.name,
            aria_valuenow=item.percent,
            aria_valuemin=0,
            aria_valuemax=100,
            aria_valuetext=item.used,
            class_name="meter",
        ),
        rx.el.p(item.left, class_name="about"),
        data_level=item.level,
        class_name="budget",
    )


def download(href: str) -> rx.Component:
    """The same as a table for a spreadsheet."""
    return rx.el.div(
        rx.el.a(
            "Download CSV",
            href=href,
            download="usage.csv",
            class_name="button small",
            custom_attrs={"reloadDocument": True},  # it is no page of the router's
        ),
        class_name="actions",
    )


def empty() -> rx.Component:
    """Nothing was used yet."""
    return rx.el.p(
        "Nothing was used in the last 30 days. What answers take is counted here.",
        class_name="about",
    )
