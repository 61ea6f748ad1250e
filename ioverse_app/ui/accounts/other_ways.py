"""Ways to sign in without a password: a passkey, an account elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

import reflex as rx

from ioverse_app.services import issuers
from ioverse_app.services.local_path import local_path
from ioverse_app.ui.accounts.passkeys import SignInWithPasskey


@dataclass(frozen=True)
class Way:
    """A button: where it leads, and whose name it bears."""

    label: str
    href: str


class OtherWaysState(rx.State):
    """The issuers that are set up here."""

    ways: list[Way] = []

    @rx.event
    def load(self):
        """Read them; each leads on to where one was going."""
        wanted = self.router.url.query_parameters.get("next")
        query = f"?{urlencode({'next': local_path(wanted)})}" if wanted else ""
        self.ways = [
            Way(issuer.label, f"/auth/with/{quote(name)}{query}")
            for name, issuer in issuers.all_of_them().items()
        ]


def other_ways(*, passkeys: bool = True) -> rx.Component:
    """The buttons below the form."""
    return rx.el.div(
        SignInWithPasskey.create() if passkeys else rx.fragment(),
        rx.foreach(
            OtherWaysState.ways,
            lambda way: rx.el.a(
                "Continue with " + way.label,
                href=way.href,
                reload_document=True,  # it is no page of ours
                class_name="button",
            ),
        ),
        class_name="other-ways",
        on_mount=OtherWaysState.load,
    )
