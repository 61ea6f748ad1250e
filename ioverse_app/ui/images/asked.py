"""What a form of the page says, whatever a client sent in its place."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from ioverse_app.errors import Invalid
from ioverse_app.services.images import NAMES, Wanted

MASK = "data:image/png;base64,"
_WHOLE = ("n", "output_compression", "seed")
_MOST_SOURCES = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for images: of which model, what, how, and from which."""

    model: str = ""
    prompt: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sources: tuple[str, ...] = ()
    mask: str = ""
    serial: int = 0

    @classmethod
    def read(cls, form: Any) -> Asked:
        """What a form says. What is no value of its field is left out."""
        form = _mapping(form)
        sources = form.get("sources")
        serial = form.get("serial")
        return cls(
            str(form.get("model", ""))[:255],
            str(form.get("prompt", "")).replace("\0", ""),
            _parameters(_mapping(form.get("settings"))),
            tuple(str(each) for each in sources[:_MOST_SOURCES])
            if isinstance(sources, list)
            else (),
            str(form.get("mask", "")),
            serial if isinstance(serial, int) else 0,
        )

    def mask_bytes(self) -> bytes | None:
        """The mask that was painted, as PNG. Invalid if it is none."""
        if not self.mask:
            return None
        try:
            if self.mask.startswith(MASK):
                return base64.b64decode(self.mask[len(MASK) :], validate=True)
        except binascii.Error:
            pass
        raise Invalid("This mask is no image. Paint it again.", code="image_request_invalid")


def wanted(form: Any) -> Wanted:
    """Which saved images a page of the gallery asks for."""
    form = _mapping(form)
    width, _, height = str(form.get("size", "")).partition("x")
    return Wanted(
        search=str(form.get("search", "")).replace("\0", "")[:500],
        model=str(form.get("model", ""))[:255].replace("\0", ""),
        width=_side(width),
        height=_side(height),
        since=_moment(form.get("since")),
        saved=True,
    )


def _parameters(form: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: str(form.get(name, "")).strip() for name in NAMES}
    return {name: _value(name, text) for name, text in known.items() if text}


def _value(name: str, text: str) -> Any:
    is_number = name in _WHOLE and text.isascii() and text.isdigit() and len(text) < 20
    return int(text) if is_number else text[:100]


def _side(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, int | float) or not 0 < value < 4e12:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
