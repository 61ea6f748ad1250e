"""A provider as it is set up here: by the environment, by an administrator, or by neither."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ioverse_app.providers.anthropic import Anthropic
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.providers.openai_responses import OpenAIResponses
from ioverse_app.providers.presets import Preset
from ioverse_app.providers.provider import Provider

Source = Literal["environment", "row", "preset"]
"""Where it comes from. A `preset` is set up by nobody, and waits for a person's own key."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A way to a provider. `name` begins the `ref` of each of its models.

    `key` is the server's, for everybody who has none of their own. `allowed_groups` says who may
    use it; None is everybody. A `fixed` provider takes no keys.
    """

    name: str
    label: str
    preset: Preset | None = None
    base_url: str = ""
    key: str | None = field(default=None, repr=False)
    enabled: bool = True
    allowed_groups: frozenset[str] | None = None
    source: Source = "environment"
    fixed: Provider | None = None

    @property
    def takes_keys(self) -> bool:
        """Whether a person can pay with a key of their own."""
        return self.preset is not None and self.preset.key != "none"

    @property
    def needs_key(self) -> bool:
        """Whether nothing can be asked without a key."""
        return self.preset is not None and self.preset.key == "needed"

    def provider(self, key: str | None) -> Provider:
        """Who answers, paid with this key."""
        if self.fixed is not None or self.preset is None:
            return _fixed(self.fixed)
        match self.preset.protocol:
            case "responses":
                return OpenAIResponses(
                    key or "", base_url=self.base_url, name=self.name, label=self.label
                )
            case "anthropic":
                return Anthropic(
                    key or "", base_url=self.base_url, name=self.name, label=self.label
                )
            case "chat":
                return OpenAIChat(
                    self.base_url,
                    key,
                    name=self.name,
                    label=self.label,
                    fields=self.preset.fields,
                    unsent=self.preset.unsent,
                )


def _fixed(provider: Provider | None) -> Provider:
    if provider is None:
        raise ValueError("A connection has a preset or a fixed provider.")
    return provider
