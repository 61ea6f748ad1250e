"""Images by a provider that others wrote."""

from __future__ import annotations

import pytest
from painter import picture
from upstreams import aimock as aimock

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.errors import Invalid
from ioverse_app.providers import catalogue, client, registry
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.providers.openai_responses import OpenAIResponses
from ioverse_app.services import images, model_overrides, runs
from ioverse_app.tables import Role, RunStatus


@pytest.fixture
async def studio(database, aimock):
    async with engine.running():
        registry.use(
            OpenAIChat(aimock.url, name="studio", label="Studio"),
            OpenAIResponses("key", base_url=aimock.url, name="openai", label="OpenAI"),
        )
        yield aimock
    await registry.close()
    await client.close()


async def made(user, run):
    """The images of a run, and its end."""
    events = [entry.event async for entry in runs.follow(user, run.id)]
    async with db.reading() as session:
        page = await images.page(session, user, images.Wanted(run_id=run.id))
    return page.items, events[-1]


@pytest.mark.parametrize("model", ["studio/dall-e-2", "openai/gpt-image-2"])
async def test_what_a_model_takes_is_what_it_is_asked(ann, studio, model):
    run = await images.generate(ann, model, "A red fox", {"size": "1024x1024"})
    found, ended = await made(ann, run)
    assert ended.status == RunStatus.COMPLETED
    assert found[0].revised_prompt == "A red fox in the snow"
    assert (found[0].width, found[0].format) == (8, "png")


async def test_several_an_edit_and_a_refusal(ann, studio):
    run = await images.generate(ann, "studio/dall-e-2", "two foxes", {"n": 2})
    found, _ = await made(ann, run)
    assert len(found) == 2
    edited = await images.edit(ann, "studio/dall-e-2", "A hat", files=[picture()])
    assert len((await made(ann, edited))[0]) == 1
    refused = await images.generate(ann, "studio/dall-e-2", "forbidden")
    nothing, ended = await made(ann, refused)
    assert not nothing
    assert "safety system" in ended.error_message


async def test_an_administrator_says_what_a_model_draws(ann, studio):
    boss = ann.model_copy(update={"role": Role.OWNER})
    ref = "studio/my-painter"
    facts = {"like": "dall-e-3", "most": 2, "styles": ["calm"]}
    await model_overrides.change(boss, ref, {"image": facts})
    assert images.problems(catalogue.profile(ref), "A fox", {"n": 2, "style": "calm"}) == {}
    for nonsense in (
        {"like": "nothing"},
        {"most": "many"},
        {"most": 0},
        {"sizes": "1024x1024"},
        {"any_size": {"step": 0}},
        {"unheard": 1},
        "yes",
        3,
    ):
        with pytest.raises(Invalid, match="What it draws"):
            await model_overrides.change(boss, ref, {"image": nonsense})
    await model_overrides.change(boss, ref, {"image": None})
    assert catalogue.profile(ref).image is None
