"""What is asked of a model that makes images, checked field by field against its profile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ioverse_app.errors import Invalid
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.image_profiles import AnySize, ImageProfile

NAMES = (
    "size",
    "quality",
    "n",
    "background",
    "output_format",
    "output_compression",
    "moderation",
    "style",
    "response_format",
    "seed",
)
"""The parameters, by the names of OpenAI's API."""

MAKES_NONE = "{label} does not make images. Choose another model."

_WORDS = {
    "size": "size",
    "quality": "quality",
    "background": "background",
    "output_format": "format",
    "moderation": "moderation",
    "style": "style",
    "response_format": "response format",
}
_MOST_SEED = 2**63 - 1


def checked(
    profile: Profile,
    prompt: str,
    parameters: Mapping[str, Any],
    *,
    sources: int = 0,
    mask: bool = False,
) -> dict[str, Any]:
    """The parameters that are set, if all may be asked so.

    Invalid else; its `details["fields"]` has a sentence for each field that is wrong.
    """
    wrong = problems(profile, prompt, parameters, sources=sources, mask=mask)
    if wrong:
        fields = [{"field": name, "message": sentence} for name, sentence in wrong.items()]
        sentence = " ".join(wrong.values())
        raise Invalid(sentence[:1000], code="image_request_invalid", fields=fields)
    return {name: value for name, value in parameters.items() if not _is_unset(value)}


def problems(
    profile: Profile,
    prompt: str,
    parameters: Mapping[str, Any],
    *,
    sources: int = 0,
    mask: bool = False,
) -> dict[str, str]:
    """A sentence for each field that may not be as it is: `prompt`, `model`, and parameters.

    With `sources` it is so many images that are edited, with a `mask` or without.
    """
    image = profile.image
    if image is None:
        return {"model": MAKES_NONE.format(label=profile.label)}
    found: dict[str, str] = {}
    for name, sentence in (
        *_prompt(profile.label, image, prompt),
        *_edit(profile.label, image, sources, mask),
        *_parameters(profile.label, image, parameters),
    ):
        found.setdefault(name, sentence)
    return found


def _prompt(label: str, image: ImageProfile, prompt: str) -> Iterator[tuple[str, str]]:
    if not prompt.strip():
        yield "prompt", "Write what the image should show."
    elif len(prompt) > image.prompt_limit:
        yield (
            "prompt",
            f"This prompt has {len(prompt):,} characters. "
            f"{label} takes {image.prompt_limit:,} at most.",
        )


def _edit(label: str, image: ImageProfile, sources: int, mask: bool) -> Iterator[tuple[str, str]]:
    if sources and not image.sources:
        yield "image", f"{label} cannot edit images. Choose another model."
    elif sources > image.sources:
        yield "image", f"{label} edits {image.sources} at a time at most, and these are {sources}."
    if mask and not image.mask:
        yield "mask", f"{label} takes no mask."
    elif mask and not sources:
        yield "mask", "A mask needs the image that it is for."


def _parameters(
    label: str, image: ImageProfile, given: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if _is_unset(value):
            continue
        sentence = _parameter(label, image, name, value, given)
        if sentence:
            yield name, sentence


def _parameter(
    label: str, image: ImageProfile, name: str, value: Any, given: Mapping[str, Any]
) -> str | None:
    match name:
        case "n":
            return _number(label, image, value)
        case "output_compression":
            return _compression(label, image, value, given)
        case "seed":
            if not image.seed:
                return f"{label} takes no seed."
            is_seed = _is_whole(value) and 0 <= value <= _MOST_SEED
            return None if is_seed else "A seed is a whole number from 0."
        case "background" if value == "transparent" and given.get("output_format") == "jpeg":
            return "A JPEG cannot be transparent. Choose PNG or WebP."
        case "size" if image.any_size and isinstance(value, str) and value not in image.sizes:
            return _size(label, image, image.any_size, value)
        case _ if name in image.choices:
            return _choice(label, name, value, image.choices[name])
        case _:
            return f"“{name[:40]}” is not a setting of images."


def _choice(label: str, name: str, value: Any, choices: tuple[str, ...]) -> str | None:
    if not choices:
        return f"{label} takes no {_WORDS[name]}."
    if value in choices:
        return None
    return f"The {_WORDS[name]} of {label} is {_listed(choices)}."


def _size(label: str, image: ImageProfile, any_size: AnySize, value: str) -> str | None:
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", value)
    if not match:
        return f"A size is like {image.sizes[-1] if image.sizes else '1024x1024'}."
    width, height = int(match[1]), int(match[2])
    if not width or not height or width % any_size.step or height % any_size.step:
        return f"Width and height are multiples of {any_size.step}."
    if max(width, height) > any_size.ratio * min(width, height):
        return f"One side is at most {any_size.ratio:g} times as long as the other."
    too_many = width * height > any_size.pixels
    if width > any_size.width or height > any_size.height or too_many:
        return (
            f"{label} makes images up to {any_size.width} × {any_size.height}, "
            f"with {any_size.pixels:,} pixels at most."
        )
    return None


def _number(label: str, image: ImageProfile, value: Any) -> str | None:
    if _is_whole(value) and 1 <= value <= image.most:
        return None
    if image.most == 1:
        return f"{label} makes one image at a time."
    return f"{label} makes 1 to {image.most} images at a time."


def _compression(
    label: str, image: ImageProfile, value: Any, given: Mapping[str, Any]
) -> str | None:
    if not image.compression:
        return f"{label} takes no compression."
    if given.get("output_format") not in ("jpeg", "webp"):
        return "Only JPEG and WebP are compressed. Choose one of them as the format."
    is_percent = _is_whole(value) and 0 <= value <= 100
    return None if is_percent else "The compression is a whole number from 0 to 100."


def _is_unset(value: Any) -> bool:
    return value is None or value == ""


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _listed(choices: tuple[str, ...]) -> str:
    if len(choices) == 1:
        return choices[0]
    return f"{', '.join(choices[:-1])} or {choices[-1]}"
