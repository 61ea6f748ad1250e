"""What each model that makes images takes. The data is in image_profiles.json.

The parameters have OpenAI's names: size, quality, n, background, output_format,
output_compression, moderation, style, response_format, and seed, which others take.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

COMPATIBLE = "compatible"
"""The family of a model of which nothing is known but that it makes images."""


@dataclass(frozen=True, slots=True)
class AnySize:
    """Sizes besides those that are listed: multiples of `step`, not longer than `ratio` to 1."""

    step: int
    ratio: float
    width: int
    height: int
    pixels: int


@dataclass(frozen=True, slots=True)
class ImageProfile:
    """What a model that makes images takes. The first of each choice is its default.

    An empty choice is not taken at all. `most` is how many it makes at once, `sources` how many
    images it can make one from. `price` is micro-dollars for each, where it is known.
    """

    prompt_limit: int = 4000
    sizes: tuple[str, ...] = ()
    any_size: AnySize | None = None
    qualities: tuple[str, ...] = ()
    most: int = 1
    backgrounds: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    compression: bool = False
    moderations: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    response_formats: tuple[str, ...] = ()
    seed: bool = False
    partial_images: int = 0
    sources: int = 0
    mask: bool = False
    price: int | None = None

    @property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """What may be chosen, by parameter."""
        return {
            "size": self.sizes,
            "quality": self.qualities,
            "background": self.backgrounds,
            "output_format": self.formats,
            "moderation": self.moderations,
            "style": self.styles,
            "response_format": self.response_formats,
        }


NAMES = tuple(field.name for field in fields(ImageProfile))
"""What an administrator can set of one, besides the family that it is `like`."""

LIMITS = {
    "prompt_limit": (1, 1_000_000),
    "most": (1, 100),
    "price": (0, 1_000_000_000),
    "partial_images": (0, 3),
    "sources": (0, 16),
}


def find(model: str, told: Mapping[str, Any] | bool | None = None) -> ImageProfile | None:
    """The profile of a model by the provider's name for it; None if it makes no images.

    `told` are an administrator's facts, which stand above what is known; False says that it
    makes none, True that it does.
    """
    if told is False:
        return None
    family = _family(model)
    if family is None and not told:
        return None
    given = told if isinstance(told, Mapping) else {}
    return profile({"like": family or COMPATIBLE, **given})


def families() -> tuple[str, ...]:
    """The names of the families, for those who administer."""
    return tuple(_data()["families"])


def is_sound(facts: Mapping[str, Any]) -> bool:
    """Whether these facts describe a profile: every name is known, every value of its kind."""
    for name, value in facts.items():
        match name:
            case "like":
                sound = value in families()
            case "compression" | "seed" | "mask":
                sound = isinstance(value, bool)
            case "prompt_limit" | "most" | "price" | "partial_images" | "sources":
                least, most = LIMITS[name]
                is_whole = isinstance(value, int) and not isinstance(value, bool)
                sound = is_whole and least <= value <= most
            case "any_size":
                sound = value is None or _is_any_size(value)
            case _:
                sound = name in NAMES and _is_choice(value)
        if not sound:
            return False
    return True


def profile(facts: Mapping[str, Any]) -> ImageProfile:
    """The profile that these facts describe, with those of the family that it is `like`."""
    known = {name: _value(name, value) for name, value in _whole(facts).items() if name in NAMES}
    return ImageProfile(**known)


def _is_choice(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    some = cast("list[Any]", value)
    return len(some) <= 50 and all(isinstance(one, str) and 0 < len(one) <= 40 for one in some)


def _is_any_size(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    told = cast("dict[str, Any]", value)
    names = {each.name for each in fields(AnySize)}
    return set(told) == names and all(
        isinstance(one, int | float) and 0 < one <= 100_000_000 for one in told.values()
    )


def _whole(facts: Mapping[str, Any]) -> dict[str, Any]:
    family = _data()["families"].get(facts.get("like"))
    return {**(_whole(family) if family else {}), **facts}


def _value(name: str, value: Any) -> Any:
    if name == "any_size":
        return AnySize(**value) if value else None
    return tuple(value) if isinstance(value, list) else value


def _family(model: str) -> str | None:
    """By the longest pattern that matches the name or what follows its last slash."""
    whole = model.lower()
    short = whole.rpartition("/")[2]
    patterns: Mapping[str, str] = _data()["models"]
    found = [p for p in patterns if fnmatchcase(short, p) or fnmatchcase(whole, p)]
    return patterns[max(found, key=len)] if found else None


@functools.cache
def _data() -> dict[str, Any]:
    return json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
