"""Where a message is written, the model chosen, and an answer stopped."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.attachments import attach_button, tray
from ioverse_app.ui.chats.context import context_button
from ioverse_app.ui.chats.model_picker import ModelPicker
from ioverse_app.ui.chats.parameters import parameters_button
from ioverse_app.ui.chats.parameters_state import ParametersState
from ioverse_app.ui.chats.slash_menu import slash_menu
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.chats.translated import translation_note
from ioverse_app.ui.transcript import composer_field


def composer() -> rx.Component:
    """The field at the bottom of the screen."""
    return rx.el.div(
        rx.el.div(
            rx.cond(ChatState.problem != "", _problem()),
            slash_menu(),
            rx.el.form(
                tray(conversation_id=ChatState.conversation_id),
                composer_field(
                    conversation_id=ChatState.conversation_id,
                    temporary=ChatState.temporary,
                    on_whose=ChatState.tell_whose,
                    placeholder="Ask anything",
                ),
                rx.el.div(
                    attach_button(),
                    _model_picker(),
                    parameters_button(),
                    context_button(),
                    rx.el.div(class_name="spacer"),
                    rx.cond(ChatState.running_id != "", _stop(), _send()),
                    class_name="bar",
                ),
                on_submit=ChatState.send,
                method="dialog",  # until the page is alive, Send does nothing and loses nothing
                class_name="composer",
            ),
            rx.el.p(ChatState.trouble, class_name="hint"),
            translation_note(),
            class_name="column",
        ),
        class_name="dock",
    )


def _problem() -> rx.Component:
    return rx.el.div(
        rx.el.span(ChatState.problem, class_name="sentence"),
        rx.el.button(
            "Close",
            type="button",
            class_name="button small",
            on_click=ChatState.close_problem,
        ),
        role="alert",
        class_name="problem",
    )


def _model_picker() -> rx.Component:
    return rx.cond(
        ChatState.groups,
        ModelPicker.create(
            groups=ChatState.groups,
            recent=ChatState.recent_models,
            value=ChatState.model,
            on_choose=[ChatState.choose_model, ParametersState.load],
        ),
        rx.el.span(),
    )


def _send() -> rx.Component:
    return rx.el.button(
        rx.icon("arrow-up"), type="submit", aria_label="Send", class_name="send", key="send"
    )


def _stop() -> rx.Component:
    return rx.el.button(
        rx.icon("square"),
        type="button",
        aria_label="Stop",
        class_name="send stop",
        key="stop",
        on_click=ChatState.stop,
    )
