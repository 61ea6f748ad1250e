"""The providers that can be added, and what each does differently. The data is in presets.json."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ioverse_app.providers import catalogue

Protocol = Literal["responses", "anthropic", "chat"]
KeyNeed = Literal["needed", "optional", "none"]


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of provider.

    `shelf` is its part of the catalogue. `fields` are its own words for parameters, and `unsent`
    are those that it refuses. `check` is a path that only a good key may read, for those who list
    their models to anybody. `keys_at` is where a person gets a key.
    """

    kind: str
    label: str
    base_url: str
    key: KeyNeed
    protocol: Protocol = "chat"
    shelf: str = catalogue.COMPATIBLE
    keys_at: str = ""
    check: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    unsent: tuple[str, ...] = ()

    @property
    def takes_anybodys_key(self) -> bool:
        """Whether a person can use it with a key of their own, without being set up here."""
        return self.key == "needed"


@functools.cache
def presets() -> Mapping[str, Preset]:
    """Every preset by its kind, in the order of the list."""
    data = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return {kind: Preset(kind, **_read(facts)) for kind, facts in data.items()}


def _read(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "unsent": tuple(facts.get("unsent", ()))}
