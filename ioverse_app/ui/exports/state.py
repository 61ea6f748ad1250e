"""The chats that were chosen in the list, on their way into a ZIP."""

from __future__ import annotations

from contextlib import suppress

import reflex as rx

from ioverse_app.errors import AppError, Invalid, NotFound
from ioverse_app.services import data_exports
from ioverse_app.services.exports import Format
from ioverse_app.tables import DataExport, User
from ioverse_app.ui.accounts.current import current_user
from ioverse_app.ui.exports.progress import ExportProgress, newest
from ioverse_app.ui.shell import NoticeState


class ChosenExportState(ExportProgress, rx.State):
    """How far the chosen chats are, and what they become."""

    format: str = ""
    _export_id: str = ""

    @rx.event
    async def start(self, chat_ids: list[str], format: str):
        """Begin to write these chats."""
        if not (user := await current_user(self)):
            return None
        try:
            ids = [str(chat_id) for chat_id in chat_ids]
            self._show(await data_exports.start_chosen(user, ids, _format(format)))
        except AppError as error:
            return NoticeState.say(error.message)
        return ChosenExportState.follow

    @rx.event
    async def discard(self):
        """Stop it, or put the file away."""
        if (user := await current_user(self)) and self._export_id:
            with suppress(NotFound):  # another page did
                await data_exports.discard(user, self._export_id)
        self._show(None)

    async def _newest(self, user: User) -> DataExport | None:
        return await newest(user, chosen=True)

    def _show(self, row: DataExport | None) -> None:
        super()._show(row)
        self._export_id = row.id if row else ""
        self.format = Format(row.format).label if row else ""


def _format(name: str) -> Format:
    try:
        return Format(str(name))
    except ValueError:
        raise Invalid("There is no such format.", code="format_unknown") from None
