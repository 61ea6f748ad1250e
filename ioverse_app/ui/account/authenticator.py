"""The authenticator app: connect it, get recovery codes, turn it off."""

from __future__ import annotations

from urllib.parse import quote

import reflex as rx
import segno

from ioverse_app import db
from ioverse_app.errors import AppError
from ioverse_app.services import second_factor
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.settings import card, fact, field, problem

_CODES_FILE = "ioverse-recovery-codes.txt"


class AuthenticatorState(rx.State):
    """Whether the app is connected, and the step that is being made.

    `secret` and `codes` are here only while their owner looks at them.
    """

    on: bool = False
    left: int = 0
    secret: str = ""
    picture: str = ""
    codes: list[str] = []
    codes_href: str = ""
    asking: str = ""
    problem: str = ""

    @rx.event
    async def load(self):
        """Start again from what is stored."""
        self._clear()
        if user := await current_user(self):
            async with db.reading() as session:
                self.on = await second_factor.is_on(session, user.id)
                self.left = await second_factor.codes_left(session, user.id)

    @rx.event
    async def begin(self):
        """Show the QR code of a new secret."""
        self._clear()
        if user := await current_user(self):
            try:
                async with db.transaction() as session:
                    enrolment = await second_factor.begin(session, user)
            except AppError as error:
                self.problem = error.message
                return
            spaced = [enrolment.secret[at : at + 4] for at in range(0, len(enrolment.secret), 4)]
            self.secret = " ".join(spaced)
            self.picture = segno.make_qr(enrolment.address).svg_data_uri(scale=4, border=2)

    @rx.event
    async def confirm(self, form: dict[str, str]):
        """Turn it on by a first code."""
        if user := await current_user(self):
            try:
                codes = await second_factor.confirm(user, str(form.get("code", "")))
            except AppError as error:
                self.problem = error.message
                return
            self._show(codes)

    @rx.event
    def ask(self, what: str):
        """Ask for a code before something is changed; `off` or `renew`."""
        self._clear()
        self.asking = str(what) if what in ("off", "renew") else ""

    @rx.event
    async def change(self, form: dict[str, str]):
        """Do what was asked for, once the code is right."""
        code, user = str(form.get("code", "")), await current_user(self)
        if user is None:
            return None
        try:
            if self.asking == "renew":
                self._show(await second_factor.renew_codes(user, code))
                return None
            if self.asking == "off":
                await second_factor.turn_off(user, code)
        except AppError as error:
            self.problem = error.message
            return None
        return AuthenticatorState.load

    def _clear(self) -> None:
        self.secret = self.picture = self.asking = self.problem = self.codes_href = ""
        self.codes = []

    def _show(self, codes: list[str]) -> None:
        self._clear()
        self.on, self.left, self.codes = True, len(codes), codes
        self.codes_href = f"data:text/plain,{quote(chr(10).join(codes))}"


def authenticator() -> rx.Component:
    """What is on, and what may be done about it."""
    return rx.el.div(
        card(
            "Authenticator app",
            rx.cond(
                AuthenticatorState.codes,
                _codes(),
                rx.cond(
                    AuthenticatorState.on,
                    _connected(),
                    rx.cond(AuthenticatorState.secret, _enrolment(), _off()),
                ),
            ),
            about="After the password, sign-in asks for six digits that your phone shows.",
        ),
        on_mount=AuthenticatorState.load,
    )


def _off() -> rx.Component:
    return rx.el.div(
        problem(AuthenticatorState.problem),
        rx.el.button(
            "Connect an app",
            type="button",
            class_name="button",
            on_click=AuthenticatorState.begin,
        ),
        class_name="actions",
    )


def _enrolment() -> rx.Component:
    return rx.el.form(
        rx.el.p("Scan this with your authenticator app, then enter the code that it shows."),
        rx.el.img(src=AuthenticatorState.picture, alt="QR code of the secret", class_name="qr"),
        rx.el.p("Or type this key: ", rx.el.code(AuthenticatorState.secret), class_name="about"),
        _code_field(),
        problem(AuthenticatorState.problem),
        rx.el.div(
            rx.el.button(
                "Cancel", type="button", class_name="button", on_click=AuthenticatorState.load
            ),
            rx.el.button("Turn on", type="submit", class_name="button primary"),
            class_name="actions",
        ),
        on_submit=AuthenticatorState.confirm,
        class_name="step",
    )


def _codes() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "Your recovery codes. Each signs you in once if your phone is lost. Keep them"
            " somewhere safe: they are not shown again."
        ),
        rx.el.ol(
            rx.foreach(AuthenticatorState.codes, lambda code: rx.el.li(rx.el.code(code))),
            class_name="codes",
            aria_label="Recovery codes",
        ),
        rx.el.div(
            rx.el.a(
                "Download",
                href=AuthenticatorState.codes_href,
                download=_CODES_FILE,
                class_name="button",
            ),
            rx.el.button(
                "I have kept them",
                type="button",
                class_name="button primary",
                on_click=AuthenticatorState.load,
            ),
            class_name="actions",
        ),
        class_name="step",
    )


def _connected() -> rx.Component:
    return rx.el.div(
        fact("State", "On"),
        fact("Recovery codes left", AuthenticatorState.left),
        rx.cond(
            AuthenticatorState.asking,
            rx.el.form(
                _code_field(),
                problem(AuthenticatorState.problem),
                rx.el.div(
                    rx.el.button(
                        "Cancel",
                        type="button",
                        class_name="button",
                        on_click=AuthenticatorState.load,
                    ),
                    rx.el.button(
                        rx.cond(
                            AuthenticatorState.asking == "off", "Turn off now", "Make new codes"
                        ),
                        type="submit",
                        class_name="button primary",
                    ),
                    class_name="actions",
                ),
                on_submit=AuthenticatorState.change,
                class_name="step",
            ),
            rx.el.div(
                rx.el.button(
                    "New recovery codes",
                    type="button",
                    class_name="button",
                    on_click=AuthenticatorState.ask("renew"),
                ),
                rx.el.button(
                    "Turn off",
                    type="button",
                    class_name="button",
                    on_click=AuthenticatorState.ask("off"),
                ),
                class_name="actions",
            ),
        ),
        class_name="step",
    )


def _code_field() -> rx.Component:
    return field(
        "Code",
        rx.el.input(name="code", auto_complete="one-time-code", max_length=40, class_name="field"),
    )
