"""How a model is asked, and what several questions for one answer cost together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from ioverse_app.providers.events import ProviderEvent, Usage
from ioverse_app.providers.provider import Request

Ask = Callable[[Request], AsyncGenerator[ProviderEvent, None]]


class Bill:
    """The tokens of several requests that make one answer."""

    def __init__(self) -> None:
        self._before = Usage(0, 0)
        self._now: Usage | None = None

    def take(self, usage: Usage) -> Usage:
        """The sum, with what the request at work has used so far."""
        self._now = usage
        return Usage(
            self._before.prompt_tokens + usage.prompt_tokens,
            self._before.completion_tokens + usage.completion_tokens,
            self._before.cached_tokens + usage.cached_tokens,
            self._before.reasoning_tokens + usage.reasoning_tokens,
        )

    def next(self) -> None:
        """Another request begins."""
        if self._now is not None:
            self._before, self._now = self.take(self._now), None
