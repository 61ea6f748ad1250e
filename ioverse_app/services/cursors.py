"""Cursors: places in a list, which hold whatever happens to the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import tuple_

from ioverse_app.errors import Invalid

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list, newest first: just behind a row as it stood when its page was read.

    `group` says which part of the list it is in, where there are parts.
    """

    group: str
    moment: datetime
    id: str

    @classmethod
    def read(cls, text: str) -> Cursor:
        """The place that this text names. Invalid if it names none."""
        try:
            group, moment, row_id = text.split(".")
            at = EPOCH + timedelta(microseconds=int(moment))
        except (ValueError, OverflowError):
            raise Invalid("This is not the cursor of a page.", code="cursor_invalid") from None
        return cls(group, at, row_id.replace("\x00", ""))

    def __str__(self) -> str:
        """The text that names this place."""
        moment = (self.moment - EPOCH) // timedelta(microseconds=1)
        return f"{self.group}.{moment}.{self.id}"

    def behind(self, moment: Mapped[Any], row_id: Mapped[str]) -> ColumnElement[bool]:
        """The condition that a row comes after this place, by these two columns."""
        return tuple_(moment, row_id) < tuple_(self.moment, self.id)
