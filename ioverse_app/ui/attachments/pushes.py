"""What the server tells the files that went with a message."""

from __future__ import annotations

from reflex.event import Event

from ioverse_app.ui.transcript.pushes import PageEvent


def attachments_taken() -> Event:
    """The message was stored: they belong to it now."""
    return _tell("taken")


def attachments_returned() -> Event:
    """The message was not stored: put them back beside the composer."""
    return _tell("returned")


def _tell(value: str) -> Event:
    return PageEvent(name="_set_value", payload={"ref": "attachments", "value": value})
