"""The models of a server that answers `GET /models` in one of the usual shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from ioverse_app.providers import catalogue, exchange, faults, told
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.client import BRIEF
from ioverse_app.providers.errors import NotAnAnswer
from ioverse_app.providers.provider import Model

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

_SNAPSHOT = re.compile(r"-\d{4}-?\d{2}-?\d{2}$")


async def models(
    client: AsyncOpenAI, provider: str, label: str, headers: Mapping[str, Any] | None = None
) -> list[Model]:
    """The models of a server that speaks as OpenAI does."""

    async def send() -> httpx2.Response:
        return (await client.models.with_raw_response.list(extra_headers=headers)).http_response

    return chosen(await exchange.question(send, deadlines=BRIEF), provider, label)


def chosen(answer: Any, provider: str, label: str) -> list[Model]:
    """The models that chat or draw, the preferred ones first.

    A dated snapshot is among them only if it stands alone. Those that are listed after their end
    are there, as `has_ended`. What is told of limits and prices goes into the catalogue.
    """
    listed = dict(_listed(answer))
    catalogue.learn({f"{provider}/{name}": told.facts(facts) for name, facts in listed.items()})
    found = [
        _model(provider, label, name, facts)
        for name, facts in listed.items()
        if _SNAPSHOT.sub("", name) == name or _SNAPSHOT.sub("", name) not in listed
        if _is_useful(catalogue.profile(f"{provider}/{name}"))
    ]
    return sorted(found, key=lambda model: (catalogue.preference(model.ref), model.ref))


def _listed(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and facts of each: `{"data": [{"id"}]}`, `{"models": [{"name"}]}` or a bare list."""
    rows = value.get("data") or value.get("models") or [] if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise NotAnAnswer(faults.GARBLED)
    for row in cast("list[Any]", rows):
        if not isinstance(row, dict):
            continue
        facts = cast("dict[str, Any]", row)
        name = facts.get("id") or facts.get("name") or facts.get("model")
        if isinstance(name, str) and name:
            yield name.removeprefix("models/"), facts


def _model(provider: str, label: str, name: str, facts: dict[str, Any]) -> Model:
    profile = catalogue.profile(f"{provider}/{name}")
    named = facts.get("display_name")
    plain = profile.label == name and isinstance(named, str) and bool(named)
    called = str(named) if plain else profile.label
    return Model(
        profile.ref, called, provider, label, profile.shutdown_date, draws=profile.image is not None
    )


def _is_useful(profile: Profile) -> bool:
    return profile.chat or profile.image is not None
