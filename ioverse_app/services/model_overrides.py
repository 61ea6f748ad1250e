"""What administrators set of models, in place of what the catalogue knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.errors import Invalid
from ioverse_app.providers import catalogue, image_profiles, registry
from ioverse_app.providers.provider import Model
from ioverse_app.services import administration, connections, paying
from ioverse_app.tables import ModelOverride, User

LONGEST_LABEL = 100
LONGEST_REF = 255
MOST_TOKENS = 100_000_000
MOST_MICRO_DOLLARS = 10_000_000_000
PARAMETERS = (
    "temperature",
    "top_p",
    "max_output_tokens",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
    "seed",
    "stop",
    "reasoning_effort",
)
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


async def every(session: AsyncSession, user: User) -> dict[str, dict[str, Any]]:
    """Everything that is set, by `<provider>/<model>`, for those who administer."""
    administration.check(user)
    return {row.ref: row.facts for row in await session.exec(select(ModelOverride))}


async def listed(user: User) -> list[Model]:
    """Every model that the server or this person's own keys open, hidden ones too."""
    administration.check(user)
    now = await registry.available(await paying.providers(user))
    return [registry.as_set(one) for one in (*now.models, *now.ended, *now.drawing)]


async def change(user: User, ref: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set some facts of a model; None brings what the catalogue knows back. What is set now."""
    administration.check(user)
    provider, _, model = ref.partition("/")
    if not (provider and model and len(ref) <= LONGEST_REF):
        raise Invalid("A model is named <provider>/<model>.", code="model_unknown")
    async with db.transaction() as session:
        found = await session.exec(select(ModelOverride).where(ModelOverride.ref == ref))
        row = found.first() or ModelOverride(ref=ref)
        facts = {**row.facts, **{name: _checked(name, value) for name, value in changes.items()}}
        row.facts = {name: value for name, value in facts.items() if value is not None}
        session.add(row)
    await connections.load()
    return row.facts


def _checked(name: str, value: Any) -> Any:
    """The value as it is kept, None for none; Invalid says what it may be."""
    if name not in catalogue.EDITABLE:
        raise Invalid(f"“{name[:40]}” cannot be set.", code="fact_unknown")
    if value is None or value == "":
        return None
    match name:
        case "label" if isinstance(value, str) and len(value.strip()) <= LONGEST_LABEL:
            return " ".join(value.split()) or None
        case "hidden" | "vision" if isinstance(value, bool):
            return value
        case "context_window" | "output_limit" if _whole(value, 1, MOST_TOKENS):
            return value
        case "input_price" | "output_price" if _whole(value, 0, MOST_MICRO_DOLLARS):
            return value
        case "parameters" if _among(value, PARAMETERS):
            return sorted(value)
        case "reasoning_efforts" if _among(value, EFFORTS):
            return [effort for effort in EFFORTS if effort in value]
        case "allowed_groups" if isinstance(value, list):
            return [str(group)[:64] for group in value][:100]
        case "image" if (image := _image(value)) is not None:
            return image
        case "shutdown_date" if isinstance(value, str):
            try:
                return date.fromisoformat(value).isoformat()
            except ValueError:
                pass
        case _:
            pass
    raise Invalid(_SENTENCES[name], code="fact_invalid", fact=name)


def _image(value: object) -> dict[str, Any] | bool | None:
    """What a model that makes images takes, as it is kept; None if it makes no sense."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, dict):
        return None
    facts = cast("dict[str, Any]", value)
    try:
        return facts if image_profiles.is_sound(facts) else None
    except (TypeError, ValueError):
        return None


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _among(value: object, known: tuple[str, ...]) -> bool:
    return isinstance(value, list) and all(one in known for one in value)


_SENTENCES = {
    "label": f"A name has at most {LONGEST_LABEL} characters.",
    "hidden": "Hidden is yes or no.",
    "vision": "Whether it sees pictures is yes or no.",
    "context_window": "The window is a number of tokens.",
    "output_limit": "The longest answer is a number of tokens.",
    "input_price": "A price is a number of dollars, from 0 to 10,000.",
    "output_price": "A price is a number of dollars, from 0 to 10,000.",
    "parameters": f"The parameters are among {', '.join(PARAMETERS)}.",
    "reasoning_efforts": f"The efforts are among {', '.join(EFFORTS)}.",
    "shutdown_date": "The last day is a date, like 2027-01-31.",
    "image": 'What it draws is yes, no, or facts of an image model, such as {"like": '
    '"dall-e-3", "most": 4}.',
    "allowed_groups": "The groups are a list of their ids.",
}
