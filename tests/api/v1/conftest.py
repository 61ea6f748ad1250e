"""What every test of `/v1` may ask for."""

from __future__ import annotations

import pytest
from gateway import gateway, key_of, sdk
from upstreams import aimock  # noqa: F401 a fixture


@pytest.fixture
async def url(database):
    async with gateway() as url:
        yield url


@pytest.fixture
async def key(ann):
    return await key_of(ann)


@pytest.fixture
async def client(url, key):
    async with sdk(url, key) as client:
        yield client
