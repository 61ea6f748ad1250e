"""What the tests of providers share: servers to talk to, and one client a test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from upstreams import aimock as aimock

from ioverse_app.providers import client, registry


@pytest.fixture(autouse=True)
async def _fresh_client() -> AsyncIterator[None]:
    """Nothing is left of the providers, their connections and processes after a test."""
    yield
    await registry.close()
    await client.close()
