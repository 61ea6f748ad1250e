"""Images: made by a run, checked, stored, listed, kept and thrown away."""

from __future__ import annotations

import pytest
from conftest import both_databases
from painter import painter as running_painter

from ioverse_app import db, storage
from ioverse_app.engine import engine
from ioverse_app.engine.events import ImageReady
from ioverse_app.providers import client, registry
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.services import images, runs
from ioverse_app.services.images import Wanted
from ioverse_app.tables import RunStatus


EVERY = Wanted()


@pytest.fixture
async def painter(database, configure):
    async with running_painter() as painter, engine.running():
        registry.use(OpenAIChat(painter.url, name="studio", label="Studio"))
        yield painter
    await registry.close()
    await client.close()


async def followed(user, run):
    """Every event of a run, and its end."""
    return [entry.event async for entry in runs.follow(user, run.id)]


async def mine(user, wanted=EVERY):
    async with db.reading() as session:
        return list((await images.page(session, user, wanted)).items)


@both_databases
async def test_an_image_is_made_checked_and_stored(ann, painter):
    run = await images.generate(ann, "studio/dall-e-3", "A red fox", {"quality": "hd"})
    *events, ended = await followed(ann, run)
    assert ended.status == RunStatus.COMPLETED
    [image] = await mine(ann)
    assert events == [ImageReady(0, image.id)]
    assert (image.width, image.height, image.format) == (64, 48, "png")
    assert image.revised_prompt == "A painting of: A red fox"
    assert image.blurred.startswith("data:image/webp;base64,")
    assert len(image.blurred) < 400
    assert len(await storage.read(image.stored)) == image.size
    assert (await storage.read(image.thumbnail))[8:12] == b"WEBP"
