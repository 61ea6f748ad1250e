"""Images: made by a run, checked, stored, listed, kept and thrown away."""

from __future__ import annotations

import errno
import os
from datetime import timedelta

import pytest
from conftest import both_databases, eventually
from painter import painter as running_painter
from painter import picture
from sqlalchemy import delete
from sqlmodel import select

from ioverse_app import db, live, storage
from ioverse_app.config import settings
from ioverse_app.engine import engine, recovery
from ioverse_app.engine.events import Ended, ImagePartial, ImageReady
from ioverse_app.errors import Invalid, NotFound, TooMany
from ioverse_app.providers import catalogue, client, registry
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.services import attachments, budgets, images, notices, runs
from ioverse_app.services.budgets import BudgetReached, Estimate
from ioverse_app.services.images import Wanted
from ioverse_app.services.notices import ImageCame, ImagesEnded, ImagesStarted
from ioverse_app.tables import (
    Budget,
    EntryStatus,
    Image,
    LedgerEntry,
    Run,
    RunEvent,
    RunKind,
    RunStatus,
    now,
)

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
    assert image.usage == {"input_tokens": 10, "output_tokens": 100}
    assert image.blurred.startswith("data:image/webp;base64,")
    assert len(image.blurred) < 400
    assert len(await storage.read(image.stored)) == image.size
    assert (await storage.read(image.thumbnail))[8:12] == b"WEBP"


async def test_what_a_model_does_not_take_has_a_sentence_for_each_field(ann, painter):
    asked = {"n": 2, "style": "gloomy", "background": "opaque", "seed": 3, "colour": "red"}
    with pytest.raises(Invalid) as wrong:
        await images.generate(ann, "studio/dall-e-3", "A" * 4001, asked)
    told = {each["field"]: each["message"] for each in wrong.value.details["fields"]}
    assert told == {
        "prompt": "This prompt has 4,001 characters. dall-e-3 takes 4,000 at most.",
        "n": "dall-e-3 makes one image at a time.",
        "style": "The style of dall-e-3 is vivid or natural.",
        "background": "dall-e-3 takes no background.",
        "seed": "dall-e-3 takes no seed.",
        "colour": "“colour” is not a setting of images.",
    }
    assert painter.asked == []


@pytest.mark.parametrize(
    ("model", "parameters", "field"),
    [
        ("gpt-image-2", {"size": "1000x1000"}, "size"),
        ("gpt-image-2", {"size": "3840x1024"}, "size"),
        ("gpt-image-2", {"size": "3840x3840"}, "size"),
        ("gpt-image-2", {"size": "2048x1152"}, None),
        ("gpt-image-2", {"quality": "max"}, "quality"),
        ("gpt-image-2.5-flare", {"quality": "max"}, None),
        ("gpt-image-2", {"output_compression": 50}, "output_compression"),
        ("gpt-image-2", {"output_compression": 50, "output_format": "webp"}, None),
        ("gpt-image-2", {"background": "transparent", "output_format": "jpeg"}, "background"),
        ("gpt-image-2", {"n": True}, "n"),
        ("gpt-image-2", {"n": 11}, "n"),
        ("dall-e-2", {"size": "1792x1024"}, "size"),
        ("dall-e-2", {"size": ["256x256"]}, "size"),
        ("dall-e-2", {"size": "", "quality": None}, None),
        ("some-flux", {"seed": -1}, "seed"),
        ("parrot", {}, "model"),
    ],
)
def test_each_parameter_is_checked_against_the_profile(model, parameters, field):
    found = images.problems(catalogue.profile(f"studio/{model}"), "A fox", parameters)
    assert list(found) == ([field] if field else [])


async def test_several_come_in_one_answer_and_each_is_kept(ann, painter):
    run = await images.generate(ann, "studio/dall-e-2", "Foxes", {"n": 3, "size": "256x256"})
    await followed(ann, run)
    found = await mine(ann)
    assert sorted(image.place for image in found) == [0, 1, 2]
    assert {image.width for image in found} == {64, 65, 66}
    assert painter.asked[0]["n"] == 3
    assert painter.asked[0]["response_format"] == "b64_json"


async def test_a_model_that_streams_shows_how_far_it_is(ann, painter):
    run = await images.generate(ann, "studio/gpt-image-2", "A fox", {"n": 2})
    *events, ended = await followed(ann, run)
    early = [event for event in events if isinstance(event, ImagePartial)]
    assert sorted(event.place for event in early) == [0, 1]
    assert early[0].preview.startswith("data:image/webp;base64,")
    assert len([event for event in events if isinstance(event, ImageReady)]) == 2
    assert (ended.prompt_tokens, ended.completion_tokens) == (20, 200)
    assert [asked["partial_images"] for asked in painter.asked] == [2, 2]


@pytest.mark.parametrize(
    ("prompt", "code", "words"),
    [
        ("Moderation", "request_refused", "safety system"),
        ("Credit", "no_credit", "no credit"),
        ("Key", "key_refused", "refused the key"),
        ("Html", "not_an_answer", "web page"),
        ("Empty", "image_empty", "empty image"),
        ("Truncated", "image_damaged", "damaged or cut off"),
        ("Huge", "image_too_large", "20,000 × 20,000"),
        ("Svg", "image_unknown", "not a PNG"),
        ("Words", "image_unknown", "not a PNG"),
        ("Page", "image_page", "web page"),
        ("Inside", "address_inside", "inside this network"),
        ("Elsewhere", "address_inside", "inside this network"),
    ],
)
async def test_what_goes_wrong_has_a_sentence_and_leaves_nothing(ann, painter, prompt, code, words):
    run = await images.generate(ann, "studio/dall-e-3", f"{prompt} of a fox")
    [ended] = await followed(ann, run)
    assert (ended.status, ended.error_code) == (RunStatus.FAILED, code)
    assert words in ended.error_message
    assert "sk-secret" not in ended.error_message
    assert await mine(ann) == []
    assert kept_files() == []
    async with db.reading() as session:
        row = await session.get_one(Run, run.id)
        [entry] = (await session.exec(select(LedgerEntry))).all()
    assert row.parameters["prompt"] == f"{prompt} of a fox"
    # Tokens that the provider counted are paid for, whatever it sent for them.
    counted = code.startswith(("image_", "address_"))
    assert entry.status == (EntryStatus.SETTLED if counted else EntryStatus.REFUNDED)
    assert entry.images == 0


async def test_the_address_of_an_image_is_opened_at_once_on_the_provider_itself(ann, painter):
    run = await images.generate(ann, "studio/dall-e-2", "Url", {"response_format": "url"})
    *_, ended = await followed(ann, run)
    assert ended.status == RunStatus.COMPLETED
    [image] = await mine(ann)
    assert await storage.read(image.stored) == picture()


async def test_when_one_of_several_is_bad_the_others_stay(ann, painter):
    run = await images.generate(ann, "studio/dall-e-2", "Half", {"n": 3})
    *_, ended = await followed(ann, run)
    assert ended.status == RunStatus.INCOMPLETE
    assert ended.error_message.startswith("2 images are missing: The provider sent something")
    assert len(await mine(ann)) == 1


async def test_a_stream_that_is_cut_is_no_image(ann, painter):
    run = await images.generate(ann, "studio/gpt-image-2", "Cut short")
    *_, ended = await followed(ann, run)
    assert (ended.status, ended.error_code) == (RunStatus.FAILED, "cut_short")


async def test_a_run_is_stopped_and_the_provider_hears_of_it(ann, bob, painter):
    run = await images.generate(ann, "studio/dall-e-3", "Slow fox")
    await eventually(lambda: painter.asked)
    async with db.reading() as session:
        assert [one.id for one in await images.running(session, ann)] == [run.id]
        assert await images.running(session, bob) == []
    with pytest.raises(NotFound):
        await runs.cancel(bob, run.id)
    await runs.cancel(ann, run.id)
    *_, ended = await followed(ann, run)
    assert ended.status == RunStatus.CANCELLED
    await eventually(lambda: painter.hung_up)


async def test_an_answer_that_takes_too_long_is_given_up(ann, painter, configure):
    configure(image_seconds=1)
    run = await images.generate(ann, "studio/dall-e-3", "Slow fox")
    *_, ended = await followed(ann, run)
    assert (ended.status, ended.error_code) == (RunStatus.FAILED, "provider_timeout")


async def test_only_so_many_are_at_work_at_once(ann, bob, painter, configure):
    configure(image_runs_per_user=1)
    run = await images.generate(ann, "studio/dall-e-3", "Slow fox")
    with pytest.raises(TooMany, match="is the most"):
        await images.generate(ann, "studio/dall-e-3", "Slow fox")
    painter.go.set()
    await followed(ann, run)
    again = await images.generate(ann, "studio/dall-e-3", "A fox")
    await followed(ann, again)


async def test_pages_are_told_what_happens(ann, painter):
    with live.following(notices.topic(ann.id)) as told:
        run = await images.generate(ann, "studio/dall-e-3", "A fox")
        await followed(ann, run)
        [image] = await mine(ann)
        heard = [await told.next() for _ in range(3)]
    assert heard == [ImagesStarted(run.id), ImageCame(run.id, image.id), ImagesEnded(run.id)]


async def test_an_image_is_edited_with_a_mask_and_made_again(ann, bob, painter):
    await followed(ann, await images.generate(ann, "studio/dall-e-2", "A fox"))
    [fox] = await mine(ann)
    asked = {"image_ids": [fox.id], "mask": picture()}
    with pytest.raises(NotFound):
        await images.edit(bob, "studio/dall-e-2", "A hat", **asked)
    with pytest.raises(Invalid, match="cannot edit"):
        await images.edit(ann, "studio/dall-e-3", "A hat", **asked)
    with pytest.raises(Invalid, match="Choose the image"):
        await images.edit(ann, "studio/dall-e-2", "A hat")
    with pytest.raises(Invalid, match="damaged"):
        await images.edit(ann, "studio/dall-e-2", "A hat", files=[b"<svg/>"])
    await followed(ann, await images.edit(ann, "studio/dall-e-2", "A hat", **asked))
    hat = (await mine(ann))[0]
    assert hat.sources == [fox.id]
    assert [name[:5] for name in painter.files[0]] == ["image", "mask1"]
    await followed(ann, await images.vary(ann, hat.id))
    assert (await mine(ann))[0].sources == [fox.id]
    await followed(ann, await images.vary(ann, fox.id))
    assert (await mine(ann))[0].prompt == "A fox"


@both_databases
async def test_the_list_is_paged_searched_and_filtered(ann, bob, painter):
    for prompt in ("A red fox", "Füchse im Schnee", "日本語の富士山"):
        await followed(ann, await images.generate(ann, "studio/dall-e-2", prompt))
    assert len(await mine(ann)) == 3
    assert await mine(bob) == []
    for search, count in (("fox RED", 1), ("fuchse", 1), ("本語", 1), ("富士", 1), ("cat", 0)):
        assert len(await mine(ann, Wanted(search=search))) == count, search
    assert await mine(ann, Wanted(search="100%")) == []
    assert len(await mine(ann, Wanted(width=64, height=48))) == 3
    assert await mine(ann, Wanted(model="studio/dall-e-3")) == []
    assert await mine(ann, Wanted(until=now() - timedelta(days=1))) == []
    seen, cursor = [], None
    for _ in range(2):
        async with db.reading() as session:
            page = await images.page(session, ann, cursor=cursor, limit=2)
        seen += [image.id for image in page.items]
        cursor = page.cursor
    assert cursor is None
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 3


@both_databases
async def test_results_are_saved_deleted_brought_back_and_purged(ann, bob, painter):
    for prompt in ("One", "Two"):
        await followed(ann, await images.generate(ann, "studio/dall-e-2", prompt))
    two, one = await mine(ann)
    async with db.transaction() as session:
        await images.save(session, ann, [one.id])
    with pytest.raises(NotFound):
        async with db.transaction() as session:
            await images.delete(session, bob, [one.id])
    async with db.transaction() as session:
        await images.delete(session, ann, [one.id, two.id])
    assert await mine(ann) == []
    async with db.transaction() as session:
        await images.restore(session, ann, [one.id, two.id])
    assert len(await mine(ann)) == 2
    assert len(await mine(ann, Wanted(saved=True))) == 1
    assert await images.purge() == 0
    async with db.transaction() as session:
        for image in (await session.exec(select(Image))).all():
            image.created_at = now() - timedelta(hours=25)
    assert await images.purge() == 1
    [left] = await mine(ann)
    assert left.id == one.id
    async with db.transaction() as session:
        await images.delete(session, ann, [one.id])
    assert await images.purge() == 0
    async with db.transaction() as session:
        (await session.get_one(Image, one.id)).deleted_at = now() - timedelta(days=31)
    assert await images.purge() == 1


async def test_files_go_only_when_no_image_names_them(ann, painter):
    for _ in range(2):
        await followed(ann, await images.generate(ann, "studio/dall-e-2", "The same"))
    first, second = await mine(ann)
    assert first.stored == second.stored
    for path in kept_files():
        os.utime(path, (0, 0))
    async with db.transaction() as session:
        await session.delete(await session.get_one(Image, first.id))
    assert await attachments.purge() == 0
    assert len(kept_files()) == 2
    async with db.transaction() as session:
        await session.delete(await session.get_one(Image, second.id))
    assert await attachments.purge() == 2
    assert kept_files() == []


async def test_a_full_disk_leaves_no_row_and_says_so(ann, painter, monkeypatch):
    async def full(_: bytes) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "put", full)
    run = await images.generate(ann, "studio/dall-e-3", "A fox")
    [ended] = await followed(ann, run)
    assert (ended.status, ended.error_code) == (RunStatus.FAILED, "disk_full")
    assert await mine(ann) == []


async def test_the_ledger_has_what_was_made_and_what_it_cost(ann, painter):
    catalogue.override({"studio/dall-e-3": {"image": {"price": 40_000}}})
    await followed(ann, await images.generate(ann, "studio/dall-e-3", "Uncounted"))
    catalogue.override({})
    async with db.reading() as session:
        [entry] = (await session.exec(select(LedgerEntry))).all()
        [run] = (await session.exec(select(Run))).all()
    assert (entry.kind, entry.images, entry.cost) == ("image", 1, 40_000)
    assert (entry.status, entry.reserved, run.cost) == (EntryStatus.SETTLED, 40_000, 40_000)


async def test_a_budget_that_is_used_up_stops_it_before_the_provider_is_asked(ann, painter):
    async with db.transaction() as session:
        session.add(Budget(scope="user", scope_id=ann.id, period="day", hard_tokens=0))
    with pytest.raises(BudgetReached):
        await images.generate(ann, "studio/dall-e-3", "A fox")
    assert painter.asked == []


@both_databases
async def test_a_run_whose_server_died_ends_with_what_it_had(ann, painter):
    await followed(ann, await images.generate(ann, "studio/dall-e-2", "A fox"))
    async with db.transaction() as session:
        [image] = (await session.exec(select(Image))).all()
        lost = Run(
            user_id=ann.id,
            kind=RunKind.IMAGE,
            model="studio/dall-e-2",
            status=RunStatus.IN_PROGRESS,
            owner="gone",
        )
        session.add(lost)
        await session.flush()
        image.run_id, image.cost = lost.id, 5
        await budgets.reserve(session, ann, lost.model, Estimate(1, 1), run_id=lost.id)
    async with db.transaction() as session:
        await recovery.recover(session, "somebody else")
    async with db.reading() as session:
        row = await session.get_one(Run, lost.id)
        query = select(LedgerEntry).where(LedgerEntry.run_id == lost.id)
        [entry] = (await session.exec(query)).all()
    assert (row.status, row.error_code) == (RunStatus.INCOMPLETE, "interrupted")
    assert (entry.status, entry.images, entry.cost) == (EntryStatus.SETTLED, 1, 5)
    async with db.transaction() as session:
        await session.execute(delete(RunEvent))
    *events, ended = await followed(ann, row)
    assert events == [ImageReady(0, image.id)]
    assert isinstance(ended, Ended)


async def test_an_administrator_makes_any_model_one_that_draws(ann, painter):
    with pytest.raises(Invalid, match="does not make images"):
        await images.generate(ann, "studio/parrot", "A fox")
    facts = {"image": {"like": "dall-e-3", "most": 4, "styles": []}}
    catalogue.override({"studio/parrot": facts})
    profile = catalogue.profile("studio/parrot")
    assert profile.image is not None
    assert (profile.chat, profile.image.most, profile.image.styles) == (False, 4, ())
    assert profile.image.qualities == ("standard", "hd")
    catalogue.override({"studio/dall-e-2": {"image": False}})
    assert catalogue.profile("studio/dall-e-2").image is None
    catalogue.override({})


def kept_files():
    """Every file in the storage."""
    folder = settings().data_dir / "files"
    return [path for path in folder.rglob("*") if path.is_file()]
