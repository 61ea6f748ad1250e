"""The panel of the context, the button that opens it, and the marks that it leaves."""

from __future__ import annotations

import reflex as rx

from ioverse_app.tables import InContext
from ioverse_app.ui.chats.context_item import ContextItem
from ioverse_app.ui.chats.context_state import ContextState
from ioverse_app.ui.chats.items import MessageItem
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.shell.drawer import Drawer, drawer_top
from ioverse_app.ui.shell.whenever import Whenever
from ioverse_app.ui.transcript import message_text

PANEL = "context"


def context_button() -> rx.Component:
    """What opens the panel, beside the parameters: how much of the window is used."""
    return rx.el.button(
        rx.cond(ChatState.context_share > 0, _bar(ChatState.context_share), rx.icon("layers")),
        rx.el.span("Context", class_name="label"),
        rx.cond(ChatState.context_share > 0, rx.el.span(" ", ChatState.context_share, " %")),
        type="button",
        aria_label=rx.cond(
            ChatState.context_share > 0,
            "Context " + ChatState.context_share.to_string() + " % used",
            "Context",
        ),
        aria_expanded=ContextState.shown,
        aria_controls=PANEL,
        title="What the model is given",
        class_name="parameters-button context-button",
        on_click=ContextState.toggle,
    )


def context_panel() -> rx.Component:
    """What the next answer would be given, or what one was given."""
    return rx.cond(
        ContextState.shown,
        Drawer.create(
            drawer_top(_title(), problem=ContextState.problem, on_close=ContextState.close),
            rx.el.div(
                rx.cond(ContextState.items, _filled()),
                rx.cond(ContextState.loading, _loading()),
                class_name="fields",
            ),
            _loader(),
            id=PANEL,
            label=_title(),
            on_close=ContextState.close,
        ),
    )


def context_mark(item: rx.Var[MessageItem]) -> rx.Component:
    """Whether a message is never sent, or always."""
    return rx.match(
        item.in_context,
        (InContext.EXCLUDED, rx.el.span("Not sent to the model", class_name="stats")),
        (InContext.PINNED, rx.el.span("Pinned: always sent", class_name="stats")),
        rx.fragment(),
    )


def _title() -> rx.Var[str]:
    return rx.cond(ContextState.answer_id != "", "What was sent", "Context")


def _loader() -> rx.Component:
    return Whenever.create(
        value=ChatState.conversation_id
        + ChatState.running_id
        + ChatState.model
        + ContextState.answer_id
        + ChatState.marks.to_string(),
        on_change=ContextState.load,
    )


def _filled() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            _bar(ContextState.share, ContextState.reserve),
            rx.el.p(ContextState.used, class_name="used"),
            rx.el.p(ContextState.counted),
            rx.cond(ContextState.dropped, rx.el.p(ContextState.dropped, class_name="dropped")),
            class_name="context-sum",
        ),
        rx.el.ol(rx.foreach(ContextState.items, _row), aria_label="Parts", class_name="parts"),
        rx.el.p(
            rx.el.span("Kept free for the answer"),
            rx.el.span(ContextState.kept),
            class_name="reserve",
        ),
    )


def _row(item: rx.Var[ContextItem], index: rx.Var[int]) -> rx.Component:
    opened = ContextState.opened.contains(item.key)
    return rx.el.li(
        rx.el.button(
            rx.el.span(item.whose, class_name="whose"),
            rx.el.span(item.words, class_name="first-words"),
            type="button",
            aria_expanded=opened,
            disabled=~item.readable,
            on_click=ContextState.read(item.key),
            class_name="open",
        ),
        rx.el.span(item.tokens, class_name="tokens"),
        rx.cond((item.message_id != "") & (ContextState.answer_id == ""), _marks(item)),
        rx.cond(item.note, rx.el.p(item.note, class_name="why")),
        rx.cond(
            opened,
            rx.el.div(message_text(message_id=item.key + "/s", role="user"), class_name="text"),
        ),
        rx.cond((index == 0) & (ContextState.hidden > 0), _more()),
        key=item.key,
        custom_attrs={"data-sent": item.sent},
    )


def _more() -> rx.Component:
    return rx.el.button(
        "Show ",
        ContextState.hidden,
        " earlier parts",
        type="button",
        class_name="button quiet small more",
        on_click=ContextState.more,
    )


def _marks(item: rx.Var[ContextItem]) -> rx.Component:
    return rx.el.span(
        _mark("Pin", "pin", item, item.pinned, InContext.PINNED),
        _mark("Exclude", "eye-off", item, item.excluded, InContext.EXCLUDED),
        class_name="marks",
    )


def _mark(
    label: str, icon: str, item: rx.Var[ContextItem], holds: rx.Var[bool], value: InContext
) -> rx.Component:
    wanted = rx.cond(holds, InContext.AS_FITS, value)
    return rx.el.button(
        rx.icon(icon),
        type="button",
        aria_label=label,
        aria_pressed=rx.cond(holds, "true", "false"),
        title=label,
        class_name="icon-button",
        on_click=ContextState.mark(item.message_id, wanted),
    )


def _bar(used: rx.Var[int], reserve: rx.Var[int] | None = None) -> rx.Component:
    """A line that is filled as far as the window is; its end is kept free for the answer."""
    kept = [] if reserve is None else [_piece("kept", reserve)]
    return rx.el.span(_piece("used", used), *kept, aria_hidden=True, class_name="context-bar")


def _piece(name: str, percent: rx.Var[int]) -> rx.Component:
    return rx.el.span(class_name=name, style={"width": percent.to_string() + "%"})


def _loading() -> rx.Component:
    return rx.cond(
        ContextState.items,
        rx.fragment(),
        rx.el.div(
            *[rx.el.div(class_name="skeleton") for _ in range(5)],
            class_name="context-loading",
            aria_busy=True,
            aria_label="Counting",
        ),
    )
