"""The models of the picker, by provider."""

from __future__ import annotations

from collections.abc import Sequence

from ioverse_app.providers.provider import Model
from ioverse_app.ui.chats.items import ModelGroup, ModelItem


def model_groups(models: Sequence[Model]) -> list[ModelGroup]:
    """The models, grouped as their providers are ordered."""
    groups: dict[str, list[ModelItem]] = {}
    for model in models:
        groups.setdefault(model.provider_label, []).append(ModelItem(model.ref, model.label))
    return [ModelGroup(label, items) for label, items in groups.items()]
