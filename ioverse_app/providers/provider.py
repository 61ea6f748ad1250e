"""What a provider is: something that lists its models and streams an answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, Protocol, runtime_checkable

from ioverse_app.providers.events import ProviderEvent


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, as a model that sees gets it."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the history, as a model sees it. Only a user's turn has images."""

    role: Literal["system", "user", "assistant"]
    content: str
    images: Sequence[Image] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a model. `model` is the provider's own name for it.

    `parameters` holds only those that the person set and the model takes, by the names of the
    catalogue: temperature, top_p, max_output_tokens, frequency_penalty, presence_penalty,
    repetition_penalty, seed, stop, reasoning_effort.
    """

    model: str
    turns: Sequence[Turn]
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """What is asked of a model that makes images, by the names of `image_profiles`.

    With `sources` they are made from these, where the `mask` is transparent. `seconds` is the
    longest that it may take.
    """

    model: str
    prompt: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sources: Sequence[Image] = ()
    mask: Image | None = None
    partial_images: int = 0
    seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is listed. `ref` is `<provider>/<the provider's own name>`.

    On `ends_on` the provider shuts it down, if a day is known. One that `draws` makes images and
    does not chat.
    """

    ref: str
    label: str
    provider: str
    provider_label: str
    ends_on: date | None = None
    draws: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether its provider has shut it down."""
        return self.ends_on is not None and self.ends_on <= datetime.now(UTC).date()


class Provider(Protocol):
    """Who answers. One instance a configured provider, shared by the whole process."""

    name: str
    label: str

    async def models(self) -> list[Model]:
        """The models that can be picked now, to chat or to draw; raises ProviderError."""
        ...

    def stream(self, request: Request) -> AsyncGenerator[ProviderEvent, None]:
        """The answer, event by event, ending in `Finished`; raises ProviderError.

        Closing the iterator (`aclose`) ends the request at the provider.
        """
        ...

    async def close(self) -> None:
        """Give back connections and processes."""
        ...


@runtime_checkable
class Draws(Protocol):
    """What a provider is besides, if some of its models make images."""

    def draw(self, request: ImageRequest) -> AsyncGenerator[ProviderEvent, None]:
        """The images, event by event, ending in `Finished`; raises ProviderError."""
        ...

    async def fetch(self, address: str, most: int) -> bytes | None:
        """At most so many bytes of an address of its own; None if the address lies elsewhere."""
        ...
