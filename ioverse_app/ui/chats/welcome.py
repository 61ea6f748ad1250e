"""A conversation without messages: what it is for, and ways to begin."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.transcript import draft_returned

EXAMPLES = (
    "Explain how a bicycle stays upright, in three sentences.",
    "Write a polite e-mail that moves a meeting to Thursday.",
    "Give me a table of the planets with their moons.",
    "Write a Python function that finds prime numbers.",
)


class ExampleState(rx.State):
    """Ways to begin."""

    @rx.event
    def take(self, text: str):
        """Put an example into the composer, to be changed or sent."""
        return draft_returned(text)


def welcome() -> rx.Component:
    """What a chat is for, in one sentence, and what one might ask."""
    return rx.el.section(
        rx.el.h2("What would you like to know?"),
        rx.el.p(
            "Ask a question below. The answer is written here as it comes",
            rx.cond(ChatState.temporary, ".", ", and kept even when you close this page."),
        ),
        rx.el.div(
            *[
                rx.el.button(
                    text, type="button", class_name="button", on_click=ExampleState.take(text)
                )
                for text in EXAMPLES
            ],
            class_name="examples",
        ),
        class_name="welcome",
        aria_label="New chat",
    )


def missing() -> rx.Component:
    """The address names a chat that is not there."""
    return rx.el.section(
        rx.el.h2("This chat is not there"),
        rx.el.p("It may have been deleted, or it belongs to somebody else."),
        rx.link("Start a new chat", href="/chat", class_name="button primary", underline="none"),
        class_name="welcome",
    )
