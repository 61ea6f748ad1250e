"""What is known about each model: limits, parameters, prices. The data is in catalogue.json.

Over it lies what the providers tell themselves when they list their models, and over both what
an administrator has set.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ioverse_app.providers import image_profiles
from ioverse_app.providers.image_profiles import ImageProfile

Facts = Mapping[str, Any]

COMPATIBLE = "compatible"
"""The part of the catalogue for every server that has none of its own."""

EDITABLE = (
    "label",
    "hidden",
    "context_window",
    "output_limit",
    "vision",
    "parameters",
    "reasoning_efforts",
    "input_price",
    "output_price",
    "shutdown_date",
    "allowed_groups",
    "image",
)
"""What an administrator can set of a model."""

_shelves: Facts = {}
_learned: dict[str, Facts] = {}
_set: Mapping[str, Facts] = {}
_MOST_LEARNED = 20_000
_version = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """What a model can take and give. Prices are micro-dollars per million tokens.

    `titles` says whether it can be asked for the title of a chat. One that is not `known` gets
    what every server takes, and a window that may be smaller than its own. `encoding` names the
    vocabulary that counts its tokens, or is empty where it is not known. A `hidden` one is in no
    list; `allowed_groups` may use it, or everybody where that is None. One that makes images has
    an `image` profile.
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
    hidden: bool = False
    allowed_groups: frozenset[str] | None = None
    image: ImageProfile | None = None

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


def place(shelves: Mapping[str, str]) -> None:
    """Say in which part of the catalogue the models of each provider are, by its name."""
    global _shelves
    if dict(shelves) != _shelves:
        _shelves = dict(shelves)
        _changed()


def learn(told: Mapping[str, Facts]) -> None:
    """Take over what a provider tells of its models, by their `ref`."""
    new = {ref: facts for ref, facts in told.items() if facts and _learned.get(ref) != facts}
    if new and len(_learned) + len(new) <= _MOST_LEARNED:
        _learned.update(new)
        _changed()


def forget() -> None:
    """Forget what was taken over and what was set."""
    global _set
    _learned.clear()
    _set = {}
    _changed()


def override(facts: Mapping[str, Facts]) -> None:
    """Let these hold in place of everything else: what an administrator has set, by `ref`."""
    global _set
    _set = dict(facts)
    _changed()


def version() -> int:
    """A number that grows whenever what is known changes."""
    return _version


def overridden(ref: str) -> Facts:
    """What an administrator has set of this model."""
    return _set.get(ref, {})


@functools.lru_cache(maxsize=4096)
def profile(ref: str) -> Profile:
    """The profile of `<provider>/<model>`: an exact name first, then the longest pattern."""
    provider, _, model = ref.partition("/")
    shelf = _shelf(provider)
    own = {**_learned.get(ref, {}), **_set.get(ref, {})}
    found = {**_facts(shelf.get("models", {}), model), **own}
    facts = {**_catalogue()["generic"], **found}
    shutdown_date = own.get("shutdown_date") or _closest(shelf.get("shutdown_dates", {}), model)
    groups = facts.get("allowed_groups")
    image = image_profiles.find(model, own.get("image"))
    return Profile(
        ref=ref,
        label=facts.get("label") or model,
        context_window=facts["context_window"],
        output_limit=facts.get("output_limit"),
        parameters=_parameters(facts),
        reasoning_efforts=tuple(facts.get("reasoning_efforts", ())),
        chat=image is None and not _matching(shelf.get("not_chat", ()), model),
        vision=bool(facts.get("vision")),
        titles=facts.get("titles", True),
        known=bool(found),
        shutdown_date=date.fromisoformat(shutdown_date) if shutdown_date else None,
        encoding=facts.get("encoding", shelf.get("encoding", "")),
        input_price=facts.get("input_price"),
        output_price=facts.get("output_price"),
        defaults=facts.get("defaults", {}),
        hidden=bool(facts.get("hidden")),
        allowed_groups=None if groups is None else frozenset(groups),
        image=image,
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
    return _shelf(COMPATIBLE)["addresses"].get(host, host)


def _changed() -> None:
    global _version
    _version += 1
    profile.cache_clear()


def _parameters(facts: Facts) -> frozenset[str]:
    """Those that it takes; one that can be told how much to think takes that as well."""
    effort = {"reasoning_effort"} if facts.get("reasoning_efforts") else set[str]()
    return frozenset(facts["parameters"]) | effort


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
    return _catalogue().get(_shelves.get(provider, provider)) or _catalogue()[COMPATIBLE]


@functools.cache
def _catalogue() -> dict[str, Any]:
    return json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
