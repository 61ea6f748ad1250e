"""The models of the picker, by provider, each with what it can do in a few words."""

from __future__ import annotations

import functools

from ioverse_app.providers import catalogue
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.provider import Model
from ioverse_app.providers.registry import Available
from ioverse_app.ui.chats.items import ModelGroup, ModelItem


@functools.lru_cache(maxsize=16)
def model_groups(available: Available) -> list[ModelGroup]:
    """The models, grouped as their providers are ordered; what has ended comes last in each."""
    groups: dict[str, list[ModelItem]] = {}
    for model in (*available.models, *available.ended):
        groups.setdefault(model.provider_label, []).append(_item(model))
    return [ModelGroup(label, items) for label, items in groups.items()]


def _item(model: Model) -> ModelItem:
    profile = catalogue.profile(model.ref)
    return ModelItem(model.ref, model.label, _about(profile, model), _ends(model), model.has_ended)


def _about(profile: Profile, model: Model) -> str:
    abilities = [
        "On this computer" if model.provider == "embedded" else "",
        "Sees pictures" if profile.vision else "",
        "Reasons" if profile.reasoning_efforts else "",
        f"{short_count(profile.context_window)} context" if profile.known else "",
        _price(profile),
    ]
    return " · ".join(ability for ability in abilities if ability)


def short_count(tokens: int) -> str:
    """A number of tokens as people say it: 128K, 1M. Powers of two count as round."""
    if tokens < 1_000_000:
        return f"{tokens // 1000 if tokens % 1000 == 0 or tokens % 1024 else tokens // 1024}K"
    return f"{tokens // 100_000 / 10:g}M"


def _price(profile: Profile) -> str:
    if not (profile.input_price and profile.output_price):
        return ""
    return f"{_dollars(profile.input_price)} in, {_dollars(profile.output_price)} out per million"


def _dollars(micro: int) -> str:
    if micro % 1_000_000 == 0:
        return f"${micro // 1_000_000}"
    return f"${micro / 1_000_000:.2f}" if micro % 10_000 == 0 else f"${micro / 1_000_000:g}"


def _ends(model: Model) -> str:
    if model.ends_on is None:
        return ""
    day = f"{model.ends_on.day} {model.ends_on:%B %Y}"
    return f"Ended {day}: its provider has shut it down" if model.has_ended else f"Ends {day}"
