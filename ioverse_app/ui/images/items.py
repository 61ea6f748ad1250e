"""What the page of images is told of models, runs and images. Bytes go by their addresses only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ioverse_app.providers import catalogue
from ioverse_app.providers.image_profiles import ImageProfile
from ioverse_app.providers.provider import Model
from ioverse_app.services import images
from ioverse_app.tables import Image, Run, now
from ioverse_app.ui.admin import words

TITLE = 200
"""Characters of a prompt that a line shows. The whole of it comes with the details."""

NAMES = {
    "size": "Size",
    "quality": "Quality",
    "n": "Number of images",
    "background": "Background",
    "output_format": "Output format",
    "output_compression": "Compression",
    "moderation": "Moderation",
    "style": "Style",
    "response_format": "Response format",
    "seed": "Seed",
}
"""The controls, in their order, by what people call them."""

_OWN_KEYS = ("prompt", "images", "masked")


def model(found: Model) -> dict[str, Any] | None:
    """A model and its controls, or None if it makes no images."""
    profile = catalogue.profile(found.ref)
    image = profile.image
    if image is None:
        return None
    return {
        "ref": found.ref,
        "label": found.label,
        "provider": found.provider_label,
        "about": _about(image),
        "prompt_limit": image.prompt_limit,
        "sources": image.sources,
        "mask": image.mask,
        "controls": [_control(name, label, image, found.label) for name, label in NAMES.items()],
    }


def run(row: Run) -> dict[str, Any]:
    """A run: what was asked, how it stands, and for how many seconds it has been at work."""
    asked = row.parameters
    return {
        "id": row.id,
        "title": _short(str(asked.get("prompt", ""))),
        "label": catalogue.profile(row.model).label,
        "count": int(asked.get("n") or 1),
        "is_edit": bool(asked.get("images")),
        "masked": bool(asked.get("masked")),
        "status": row.status,
        "problem": row.error_message or "",
        "seconds": max(0, round((now() - row.created_at).total_seconds())),
    }


def image(row: Image) -> dict[str, Any]:
    """An image as a tile shows it."""
    return {
        "id": row.id,
        "run": row.run_id or "",
        "place": row.place,
        "title": _short(row.prompt),
        "label": catalogue.profile(row.model).label,
        "width": row.width,
        "height": row.height,
        "blurred": row.blurred,
        "at": int(row.created_at.timestamp() * 1000),
        "saved": row.saved_at is not None,
        "name": images.file_name(row),
    }


def detail(row: Image) -> dict[str, Any]:
    """Everything about an image: its prompts, and each fact with its name."""
    return {
        **image(row),
        "prompt": row.prompt,
        "revised": row.revised_prompt or "",
        "facts": [[name, value] for name, value in _facts(row) if value],
        "sources": list(row.sources),
    }


def wish(ref: str, prompt: str, parameters: dict[str, Any], sources: Sequence[str]) -> Any:
    """What was asked for, to be put into the form again."""
    settings = {name: str(value) for name, value in parameters.items() if name in NAMES}
    return {"model": ref, "prompt": prompt, "settings": settings, "sources": list(sources)}


def wish_of_run(row: Run) -> Any:
    """The same, of a run."""
    own = {name: value for name, value in row.parameters.items() if name not in _OWN_KEYS}
    sources = [str(each) for each in row.parameters.get("images") or ()]
    return wish(row.model, str(row.parameters.get("prompt", "")), own, sources)


def _about(image: ImageProfile) -> str:
    does = [
        "Edits images" if image.sources else "",
        f"{image.most} at once" if image.most > 1 else "One at a time",
        f"${image.price / 1_000_000:.3g} each" if image.price else "",
    ]
    return " · ".join(each for each in does if each)


def _control(name: str, label: str, image: ImageProfile, model: str) -> dict[str, Any]:
    kind, options, reason = "choice", list(image.choices.get(name, ())), ""
    none = f"{model} has no setting for this."
    match name:
        case "n":
            options = [str(number) for number in range(1, image.most + 1)]
            reason = f"{model} makes one image at a time." if image.most == 1 else ""
        case "output_compression":
            kind = "percent"
            reason = "" if image.compression else none
        case "seed":
            kind = "number"
            reason = "" if image.seed else none
        case _ if not options:
            reason = none
        case _:
            pass
    return {
        "name": name,
        "label": label,
        "kind": kind,
        "options": options,
        "any": name == "size" and image.any_size is not None,
        "reason": reason,
    }


def _facts(row: Image) -> list[tuple[str, str]]:
    asked = {name: row.parameters.get(name) for name in NAMES if name not in ("n", "seed")}
    return [
        ("Model", catalogue.profile(row.model).label),
        ("Made", f"{row.created_at:%-d %B %Y, %H:%M} UTC"),
        ("Dimensions", f"{row.width} × {row.height}"),
        ("File", f"{row.format.upper()}, {words.size(row.size)}"),
        *((f"{NAMES[name]} asked for", _written(value)) for name, value in asked.items()),
        ("Seed", "" if row.seed is None else str(row.seed)),
        ("Cost", "" if row.cost is None else f"${row.cost / 1_000_000:.4g}"),
    ]


def _written(value: Any) -> str:
    return "" if value is None else str(value)


def _short(prompt: str) -> str:
    return prompt if len(prompt) <= TITLE else f"{prompt[: TITLE - 1]}…"
