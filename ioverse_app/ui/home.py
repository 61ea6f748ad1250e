"""The front door: what this is, for people who are not signed in."""

from __future__ import annotations

import reflex as rx

from ioverse_app.ui.accounts.current import current_user

POINTS = (
    ("message-circle", "Chat", "Ask any model. Answers are kept even when the page is closed."),
    ("lock", "Yours", "It runs on your own computer or server, with your own keys."),
    ("cpu", "Works at once", "A small model ships with it and needs no key and no network."),
)


class HomeState(rx.State):
    """Whether the front door is shown, or the way in."""

    shown: bool = False

    @rx.event
    async def open(self):
        """People who are signed in go straight to their chats."""
        if await current_user(self):
            return rx.redirect("/chat", replace=True)
        self.shown = True


def home_page() -> rx.Component:
    """What this is, with the two ways in."""
    return rx.el.main(
        rx.image("/logo.svg", alt="", class_name="mark"),
        rx.el.h1("IOverse"),
        rx.el.p("Your own AI workspace.", class_name="lead"),
        rx.el.div(
            rx.el.a("Sign in", href="/login", class_name="button primary"),
            rx.el.a("Create account", href="/register", class_name="button"),
            class_name="ways",
        ),
        rx.el.ul(*[_point(*point) for point in POINTS], class_name="points"),
        class_name="home",
    )


def _point(icon: str, title: str, sentence: str) -> rx.Component:
    return rx.el.li(rx.icon(icon), rx.el.h2(title), rx.el.p(sentence))
