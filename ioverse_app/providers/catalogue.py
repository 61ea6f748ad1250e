"""What is known about each model: limits, parameters, prices. The data is in catalogue.json."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a model can take and give. Prices are micro-dollars per million tokens.

    `titles` says whether it can be asked for the title of a chat. One that is not `known` gets
    what every server takes, and a window that may be smaller than its own. `encoding` names the
    vocabulary that counts its tokens, or is empty where it is not known.
    """

    ref: str
    label: str
    context_window: int
    output_limit: int | None = None
    parameters: frozenset[str] = frozenset()
    reasoning_efforts: tuple[str, ...] = ()
    chat: bool = True
    vision: bool = False
    titles: bool = True
    known: bool = True
    shutdown_date: date | None = None
    encoding: str = ""
    input_price: int | None = None
    output_price: int | None = None
    defaults: Facts = field(default_factory=dict[str, Any])

    @property
    def model(self) -> str:
        """The provider's own name for it."""
        return self.ref.partition("/")[2]

    def cost(self, prompt_tokens: int, completion_tokens: int) -> int | None:
        """What so many tokens cost, in micro-dollars, where the prices are known."""
        if self.input_price is None or self.output_price is None:
            return None
        price = prompt_tokens * self.input_price + completion_tokens * self.output_price
        return round(price / 1_000_000)

    @property
    def least_effort(self) -> str | None:
        """How to ask for no more thought than needed, where the model can be told."""
        efforts = self.reasoning_efforts
        return next((each for each in ("none", "minimal", "low") if each in efforts), None)

    def taken(self, parameters: Facts) -> dict[str, Any]:
        """What to send: this model's defaults, then those given that it takes."""
        given = {name: value for name, value in parameters.items() if value is not None}
        return {**self.defaults, **{k: v for k, v in given.items() if k in self.parameters}}


@functools.lru_cache(maxsize=1024)
def profile(ref: str) -> Profile:
    """The profile of `<provider>/<model>`: an exact name first, then the longest pattern."""
    provider, _, model = ref.partition("/")
    shelf = _shelf(provider)
    found = _facts(shelf.get("models", {}), model)
    facts = {**_catalogue()["generic"], **found}
    shutdown_date = _closest(shelf.get("shutdown_dates", {}), model)
    return Profile(
        ref=ref,
        label=facts.get("label") or model,
        context_window=facts["context_window"],
        output_limit=facts.get("output_limit"),
        parameters=frozenset(facts["parameters"]),
        reasoning_efforts=tuple(facts.get("reasoning_efforts", ())),
        chat=not _matching(shelf.get("not_chat", ()), model),
        vision=bool(facts.get("vision")),
        titles=facts.get("titles", True),
        known=bool(found),
        shutdown_date=date.fromisoformat(shutdown_date) if shutdown_date else None,
        encoding=facts.get("encoding", shelf.get("encoding", "")),
        input_price=facts.get("input_price"),
        output_price=facts.get("output_price"),
        defaults=facts.get("defaults", {}),
    )


def preference(ref: str) -> int:
    """Where a model stands among its provider's preferred ones; lower is better."""
    provider, _, model = ref.partition("/")
    preferred: list[str] = _shelf(provider).get("preferred", [])
    for place, pattern in enumerate(preferred):
        if _matching([pattern], model):
            return place
    return len(preferred)


def host_label(host: str) -> str:
    """What people call the service at this host, as `name` or `name:port`."""
    return _shelf("compatible")["addresses"].get(host, host)


def _facts(models: Mapping[str, Facts], model: str) -> Facts:
    return _closest(models, model) or {}


def _closest(by_pattern: Mapping[str, Any], model: str) -> Any:
    found = _matching(by_pattern, model)
    return by_pattern[max(found, key=_closeness)] if found else None


def _closeness(pattern: str) -> tuple[bool, int]:
    return "*" not in pattern, len(pattern)


def _matching(patterns: Iterable[str], model: str) -> list[str]:
    """Those that match the whole name or what follows its last slash (`meta-llama/llama-3`)."""
    whole = model.lower()
    short = whole.rpartition("/")[2]
    return [p for p in patterns if fnmatchcase(short, p) or fnmatchcase(whole, p)]


def _shelf(provider: str) -> dict[str, Any]:
    return _catalogue().get(provider) or _catalogue()["compatible"]


@functools.cache
def _catalogue() -> dict[str, Any]:
    return json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
