"""The commands that complete what is being typed."""

from __future__ import annotations

from dataclasses import asdict

import reflex as rx

from ioverse_app.services import commands
from ioverse_app.services.commands import Known
from ioverse_app.ui.browser_files import browser_file


class SlashMenu(rx.Component):
    """A list above the composer while a command is typed, see `slash_menu.jsx`."""

    library = browser_file("chats/slash_menu.jsx")
    tag = "SlashMenu"

    commands: rx.Var[list[dict[str, str | list[str]]]]


def slash_menu() -> rx.Component:
    """Every command, for the field that follows."""
    return SlashMenu.create(commands=[_told(one) for one in commands.known()])


def _told(one: Known) -> dict[str, str | list[str]]:
    short = one.help.splitlines()[0].replace("`", "")
    return {**asdict(one), "aliases": list(one.aliases), "help": short}
