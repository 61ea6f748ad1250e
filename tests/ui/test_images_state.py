"""The page of images: what crosses the socket, to whom, and whatever a client sends."""

from __future__ import annotations

from pathlib import Path

import pytest
from node import run_in_node
from pages import fire, page_of
from painter import painter as running_painter

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.providers import client, registry
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.services import images, runs
from ioverse_app.services.images import Wanted
from ioverse_app.tables import Run
from ioverse_app.ui.accounts import current
from ioverse_app.ui.images.asked import Asked, wanted
from ioverse_app.ui.images.state import ImagesState
from ioverse_app.ui.shell import NoticeState

HERE = Path(__file__).parent
SAVED = Wanted(saved=True)
EVERY = Wanted()


def test_the_store_of_the_page():
    run_in_node(HERE / "images" / "image_store.test.mjs")


@pytest.fixture(autouse=True)
async def painter(database, configure):
    current._known.clear()
    async with running_painter() as painter, engine.running():
        registry.use(OpenAIChat(painter.url, name="studio", label="Studio"))
        yield painter
    await registry.close()
    await client.close()


async def mine(user, which=EVERY):
    async with db.reading() as session:
        return list((await images.page(session, user, which)).items)


async def made(user, prompt="A red fox", **parameters):
    run = await images.generate(user, "studio/dall-e-2", prompt, parameters)
    async for _ in runs.follow(user, run.id):
        pass
    return run


async def told(root, handler, *args):
    """What the page is told, and the sentence of the notice."""
    _, result = await fire(root, handler, *args)
    notice = await root.get_state(NoticeState)
    values = [event.payload["value"] for event in result if hasattr(event, "payload")]
    sentences = [
        event.args[0][1]._var_value
        for event in result
        if hasattr(event, "handler") and event.args and event.handler.fn.__name__ == "say"
    ]
    return values, [*sentences, *([notice.text] if notice.text else [])]


async def test_a_page_is_told_what_there_is(ann):
    await made(ann, "A red fox in the snow", n=2)
    await made(ann, "moderation please")
    async with db.transaction() as session:
        await images.save(session, ann, [(await mine(ann))[0].id])
    root = await page_of(ann, "/images")
    (all_, models, filters), _ = await told(root, ImagesState.load)
    assert [run["status"] for run in all_["runs"]] == ["failed"]
    assert all_["runs"][0]["problem"]
    assert len(all_["results"]) == 1
    assert len(all_["page"]) == 1
    assert all_["page"][0]["blurred"].startswith("data:image/webp")
    assert models["connect"] == "/account/provider-keys"
    dall_e_3 = next(model for model in models["models"] if model["ref"] == "studio/dall-e-3")
    reasons = {control["name"]: control["reason"] for control in dall_e_3["controls"]}
    assert reasons["n"] == "dall-e-3 makes one image at a time."
    assert reasons["background"] == "dall-e-3 has no setting for this."
    assert not reasons["style"]
    assert filters["filters"] == {"models": [["studio/dall-e-2", "dall-e-2"]], "sizes": ["65x48"]}


async def test_a_form_is_checked_and_begun(ann):
    root = await page_of(ann, "/images")
    form = {"serial": 3, "model": "studio/dall-e-2", "prompt": "", "settings": {"n": "40"}}
    (value,), _ = await told(root, ImagesState.check, form)
    assert value["serial"] == 3
    assert set(value["problems"]) == {"prompt", "n"}
    (value,), _ = await told(root, ImagesState.generate, form)
    assert value["problems"]["n"] == "dall-e-2 makes 1 to 10 images at a time."
    assert await mine(ann) == []
    (value,), _ = await told(
        root, ImagesState.generate, {**form, "prompt": "A fox", "settings": {"n": "2"}}
    )
    assert value == {"serial": 3, "problems": {}, "problem": ""}
    async with db.reading() as session:
        (run,) = await images.running(session, ann)
    async for _ in runs.follow(ann, run.id):
        pass
    assert len(await mine(ann)) == 2


async def test_what_was_asked_for_comes_back_into_the_form(ann):
    run = await made(ann, "A long story", n=1, size="256x256")
    (image,) = await mine(ann)
    root = await page_of(ann, "/images")
    (value,), _ = await told(root, ImagesState.reuse, image.id)
    wish = {
        "model": "studio/dall-e-2",
        "prompt": "A long story",
        "settings": {"n": "1", "size": "256x256"},
        "sources": [],
    }
    assert value == {"wish": wish}
    (value,), _ = await told(root, ImagesState.reword, run.id)
    assert value == {"wish": wish}
    (value,), _ = await told(root, ImagesState.show, image.id)
    assert ["Size asked for", "256x256"] in value["detail"]["facts"]
    assert value["detail"]["revised"] == "A painting of: A long story"


async def test_delete_is_undone(ann):
    await made(ann, n=2)
    ids = [image.id for image in await mine(ann)]
    root = await page_of(ann, "/images")
    await fire(root, ImagesState.save, ids)
    assert len(await mine(ann, SAVED)) == 2
    _, sentences = await told(root, ImagesState.delete, ids, "deleted")
    assert sentences == ["2 images deleted."]
    assert await mine(ann) == []
    await fire(root, ImagesState.undo)
    assert len(await mine(ann, SAVED)) == 2


async def test_the_ids_of_somebody_else_get_a_sentence_and_nothing_else(ann, bob):
    run = await made(ann)
    (image,) = await mine(ann)
    root = await page_of(bob, "/images")
    for handler, args in (
        (ImagesState.save, ([image.id],)),
        (ImagesState.delete, ([image.id],)),
        (ImagesState.vary, (image.id,)),
        (ImagesState.reuse, (image.id,)),
        (ImagesState.reword, (run.id,)),
        (ImagesState.again, (run.id,)),
        (ImagesState.cancel, (run.id,)),
    ):
        values, sentences = await told(root, handler, *args)
        assert values == [], handler
        assert len(sentences) == 1, handler
    (value,), _ = await told(root, ImagesState.show, image.id)
    assert set(value["detail"]) == {"id", "missing"}
    (value,), _ = await told(root, ImagesState.share, image.id, 24)
    assert set(value["link"]) == {"id", "problem"}
    form = {"model": "studio/dall-e-2", "prompt": "Mine now", "sources": [image.id]}
    (value,), _ = await told(root, ImagesState.generate, form)
    assert value["problem"] == "This image is not there. It may have been deleted."
    (value, *_), _ = await told(root, ImagesState.load)
    assert (value["runs"], value["results"], value["page"]) == ([], [], [])
    (found,) = await mine(ann)
    assert found.saved_at is None
    async with db.reading() as session:
        assert (await session.get_one(Run, run.id)).user_id == ann.id


HOSTILE = (None, "", "\0", 7, -1, [], {}, [None], {"a": 1}, "x" * 5000, ["\0"], "../../etc", True)


@pytest.mark.parametrize("argument", HOSTILE, ids=repr)
async def test_no_argument_breaks_a_handler(ann, argument):
    root = await page_of(ann, "/images")
    for handler in (
        ImagesState.check,
        ImagesState.generate,
        ImagesState.again,
        ImagesState.cancel,
        ImagesState.vary,
        ImagesState.reuse,
        ImagesState.reword,
        ImagesState.show,
        ImagesState.save,
        ImagesState.delete,
        ImagesState.share,
    ):
        await fire(root, handler, argument)
    await fire(root, ImagesState.find, argument, argument, "")
    await fire(root, ImagesState.find, {"since": argument, "size": argument}, "", "nonsense")
    form = {"model": "studio/dall-e-2", "prompt": "A fox", "mask": argument, "sources": argument}
    await fire(root, ImagesState.check, {**form, "settings": argument, "serial": argument})
    assert await mine(ann) == []


async def test_a_stranger_is_told_nothing(ann):
    await made(ann)
    root = await page_of(None, "/images")
    (image,) = await mine(ann)
    for handler, args in (
        (ImagesState.load, ()),
        (ImagesState.show, (image.id,)),
        (ImagesState.save, ([image.id],)),
        (ImagesState.find, ({}, "", "")),
        (ImagesState.generate, ({"model": "studio/dall-e-2", "prompt": "A fox"},)),
    ):
        values, sentences = await told(root, handler, *args)
        assert (values, sentences) == ([], [])


def test_a_form_is_read():
    asked = Asked.read({"settings": {"n": "2", "seed": "x", "style": " ", "other": "1"}})
    assert asked.parameters == {"n": 2, "seed": "x"}
    assert wanted({"size": "1024x768", "search": "fox"}) == Wanted(
        search="fox", width=1024, height=768, saved=True
    )
