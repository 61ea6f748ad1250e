"""The menu of the person who is signed in."""

from __future__ import annotations

import reflex as rx
from reflex.style import color_mode

from ioverse_app.ui.shell.appearance import appearance, opens_appearance, sets_theme
from ioverse_app.ui.shell.state import ShellState

SIGN_OUT = "sign-out"

# What keeps something in this browser for the person hears of it first.
_LEAVES = f"""(() => {{
  document.dispatchEvent(new Event("{SIGN_OUT}"));
  document.getElementById("{SIGN_OUT}").submit();
}})"""


def account_menu(*items: rx.Component) -> rx.Component:
    """The name at the bottom of the sidebar: how the app looks, `items`, and the way out."""
    return rx.fragment(
        rx.menu.root(
            rx.menu.trigger(_name()),
            rx.menu.content(
                _theme("System", "system", "monitor"),
                _theme("Light", "light", "sun"),
                _theme("Dark", "dark", "moon"),
                rx.menu.item(
                    rx.icon("palette", size=16), "Appearance", custom_attrs=opens_appearance()
                ),
                *items,
                rx.menu.item(
                    rx.icon("user-cog", size=16), "Account", on_select=rx.redirect("/account")
                ),
                rx.cond(
                    ShellState.is_admin,
                    rx.menu.item(
                        rx.icon("shield", size=16),
                        "Administration",
                        on_select=rx.redirect("/admin"),
                    ),
                ),
                rx.menu.separator(),
                rx.menu.item(
                    rx.icon("log-out", size=16),
                    "Sign out",
                    on_select=rx.call_function(rx.Var(_LEAVES)),
                ),
                side="top",
                width="240px",
            ),
            modal=False,
        ),
        appearance(),
        # Beside the button and not in it, whose name is another.
        rx.el.span(ShellState.username, class_name="label name", aria_hidden=True),
        rx.el.form(id=SIGN_OUT, action="/auth/logout", method="post", hidden=True),
    )


def _name() -> rx.Component:
    return rx.el.button(
        rx.el.span(ShellState.username[:1].upper(), class_name="avatar", aria_hidden=True),
        type="button",
        aria_label="Account menu",
        title=ShellState.username,
        class_name="row",
        # The palette asks here whether there is an administration for this person.
        custom_attrs={"data-admin": ShellState.is_admin},
    )


def _theme(label: str, mode: str, icon: str) -> rx.Component:
    return rx.menu.item(
        rx.icon(icon, size=16),
        label,
        rx.cond(
            color_mode == mode,
            rx.icon("check", size=16),
        ),
        custom_attrs=sets_theme(mode),
    )
