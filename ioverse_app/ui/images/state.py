"""What can be done on the page of images. What it shows is in the page's own store."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import reflex as rx

from ioverse_app import db
from ioverse_app.config import settings
from ioverse_app.errors import AppError
from ioverse_app.live import Lagged
from ioverse_app.providers import catalogue
from ioverse_app.services import image_feeds, images, rates, runs
from ioverse_app.services.image_feeds import Happening, Seen
from ioverse_app.services.notices import ImageCame, ImagesChanged, ImagesEnded, ImagesStarted
from ioverse_app.services.rates import Kind
from ioverse_app.tables import User
from ioverse_app.ui.accounts.current import current_session, current_user, has_ended, require_user
from ioverse_app.ui.chats import list_pushes
from ioverse_app.ui.chats.list_state import ChatListState
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.images import items, pushes
from ioverse_app.ui.images.asked import Asked, wanted
from ioverse_app.ui.shell import NoticeState, ShellState

DELETED = "images deleted"
MOST = 200


class ImagesState(rx.State):
    """Nothing is kept but which page in the browser has been told everything."""

    _told: str = ""

    @rx.event
    async def open(self):
        """Show what is made now, what waits and the newest of the gallery, and follow it."""
        user = await require_user(self)
        if not isinstance(user, User):
            yield user
            return
        (await self.get_state(ShellState))._greet(user)
        (await self.get_state(ChatState))._show_nothing("")
        if self._told != self.router.session.session_id:
            async for event in self._tell(user):
                yield event
            yield await list_pushes.page(user)
        yield ChatState.listen
        yield ImagesState.listen

    @rx.event
    async def load(self):
        """Tell a page everything that came too early for it."""
        if user := await current_user(self):
            async for event in self._tell(user):
                yield event

    @rx.event(background=True)
    async def listen(self):
        """Show what happens to this person's images, in this page or in another."""
        async with self:
            signed_in = await current_session(self)
        if signed_in is None:
            return
        async with aclosing(image_feeds.follow(signed_in.user)) as happenings:
            async for happening in happenings:
                if has_ended(signed_in):
                    return
                for event in await _events(signed_in.user, happening):
                    yield event

    @rx.event
    async def check(self, form: dict[str, Any]):
        """Say what is wrong with each field, before anything is begun."""
        if not await current_user(self):
            return None
        asked = Asked.read(form)
        if not asked.model:
            return None
        wrong = images.problems(
            catalogue.profile(asked.model),
            asked.prompt,
            asked.parameters,
            sources=len(asked.sources),
            mask=bool(asked.mask),
        )
        return pushes.checked(asked.serial, wrong)

    @rx.event
    async def generate(self, form: dict[str, Any]):
        """Begin what the form asks for: new images, or others made from some."""
        if not (user := await current_user(self)):
            return None
        asked = Asked.read(form)
        try:
            await rates.check(Kind.IMAGE, user.id)
            await _begin(user, asked)
        except AppError as error:
            fields = _fields(error)
            return pushes.checked(asked.serial, fields, "" if fields else error.message)
        return pushes.checked(asked.serial, {})

    @rx.event
    async def again(self, run_id: str):
        """Ask once more for what a run was asked for."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.reading() as session:
                run = await images.run(session, user, str(run_id))
            if run.parameters.get("masked"):
                return NoticeState.say("Its mask is not kept. Choose Edit prompt, and paint again.")
            await rates.check(Kind.IMAGE, user.id)
            await _begin(user, Asked.read(items.wish_of_run(run)))
        except AppError as error:
            return NoticeState.say(error.message)
        return pushes.told(dismissed=[run.id])

    @rx.event
    async def vary(self, image_id: str):
        """Make an image again, with another seed."""
        if not (user := await current_user(self)):
            return None
        try:
            await rates.check(Kind.IMAGE, user.id)
            await images.vary(user, str(image_id))
        except AppError as error:
            return NoticeState.say(error.message)

    @rx.event
    async def cancel(self, run_id: str):
        """Stop a run. What it has made is kept."""
        if not (user := await current_user(self)):
            return None
        try:
            await runs.cancel(user, str(run_id))
        except AppError as error:
            return NoticeState.say(error.message)

    @rx.event
    async def reuse(self, image_id: str):
        """Put the prompt and the settings of an image into the form."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.reading() as session:
                image = await images.get(session, user, str(image_id))
                sources = [each.id for each in await images.sources_of(session, user, image)]
        except AppError as error:
            return NoticeState.say(error.message)
        wish = items.wish(image.model, image.prompt, image.parameters, sources)
        return pushes.told(wish=wish)

    @rx.event
    async def reword(self, run_id: str):
        """Put what a run was asked for into the form, to be changed."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.reading() as session:
                run = await images.run(session, user, str(run_id))
        except AppError as error:
            return NoticeState.say(error.message)
        return pushes.told(wish=items.wish_of_run(run))

    @rx.event
    async def show(self, image_id: str):
        """Tell everything about one image."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.reading() as session:
                image = await images.get(session, user, str(image_id))
        except AppError as error:
            return pushes.told(detail={"id": str(image_id)[:64], "missing": error.message})
        return pushes.told(detail=items.detail(image))

    @rx.event
    async def find(self, form: dict[str, Any], key: str, cursor: str = ""):
        """Show a page of the gallery, the first or the one behind a cursor."""
        if not (user := await current_user(self)):
            return None
        try:
            return await pushes.page(user, wanted(form), key=str(key), cursor=str(cursor))
        except AppError as error:
            return NoticeState.say(error.message)

    @rx.event
    async def save(self, image_ids: list[str]):
        """Keep images for good."""
        if not (user := await current_user(self)):
            return None
        try:
            async with db.transaction() as session:
                await images.save(session, user, _texts(image_ids))
        except AppError as error:
            return NoticeState.say(error.message)
        return await pushes.choices(user)

    @rx.event
    async def delete(self, image_ids: list[str], done: str = "deleted"):
        """Delete images, or discard results, with a way back."""
        if not (user := await current_user(self)):
            return None
        ids = _texts(image_ids)
        try:
            async with db.transaction() as session:
                gone = await images.delete(session, user, ids)
        except AppError as error:
            return NoticeState.say(error.message)
        what = "Image" if len(gone) == 1 else f"{len(gone)} images"
        word = "discarded" if done == "discarded" else "deleted"
        notice = await self.get_state(NoticeState)
        notice._show(f"{what} {word}.", DELETED, [image.id for image in gone])
        return NoticeState.fade

    @rx.event
    async def share(self, image_id: str, hours: float = images.HOURS):
        """Make a link to a saved image, and tell the page once."""
        if not (user := await current_user(self)):
            return None
        told = {"id": str(image_id)[:64]}
        try:
            async with db.reading() as session:
                url, until = await images.link(session, user, str(image_id), hours=_hours(hours))
        except AppError as error:
            return pushes.told(link={**told, "problem": error.message})
        told["url"] = f"{self._address()}{url.removeprefix(settings().address)}"
        return pushes.told(link={**told, "until": until.isoformat()})

    @rx.event
    async def undo(self):
        """Bring back the images that the notice tells of, or undo what else it says."""
        notice = await self.get_state(NoticeState)
        done, ids = notice._undo
        if done != DELETED:
            return ChatListState.undo
        notice._clear()
        if not (user := await current_user(self)):
            return None
        try:
            async with db.transaction() as session:
                await images.restore(session, user, ids)
        except AppError as error:
            return NoticeState.say(error.message)

    def _address(self) -> str:
        """The address of this installation, as the person who shares knows it."""
        ours = settings().address
        return ours if settings().public_url else self.router.headers.origin or ours

    async def _tell(self, user: User):
        self._told = self.router.session.session_id
        yield await pushes.everything(user)
        yield await pushes.models(user)
        yield await pushes.choices(user)


async def _events(user: User, happening: Happening) -> list[Any]:
    """What the page is told when this happens."""
    match happening:
        case Seen(run_id=run_id, place=place, preview=preview):
            return [pushes.told(partial=[run_id, place, preview])]
        case ImagesStarted(run_id=run_id) | ImagesEnded(run_id=run_id):
            async with db.reading() as session:
                return [pushes.begun(await images.run(session, user, run_id))]
        case ImageCame(image_id=image_id):
            return [await pushes.changes(user, [image_id])]
        case ImagesChanged(image_ids=image_ids):
            return [await pushes.changes(user, image_ids)]
        case Lagged():
            return [await pushes.everything(user)]


async def _begin(user: User, asked: Asked) -> None:
    if asked.sources:
        await images.edit(
            user,
            asked.model,
            asked.prompt,
            asked.parameters,
            image_ids=asked.sources,
            mask=asked.mask_bytes(),
        )
    else:
        await images.generate(user, asked.model, asked.prompt, asked.parameters)


def _fields(error: AppError) -> dict[str, str]:
    """The sentence of each field that is wrong, if that is what the error says."""
    found = error.details.get("fields", ())
    return {each["field"]: each["message"] for each in found}


def _hours(hours: Any) -> float:
    return float(hours) if isinstance(hours, int | float) else 0


def _texts(image_ids: Sequence[str]) -> list[str]:
    """Ids, whatever a client sent as such."""
    given = image_ids if isinstance(image_ids, list) else [image_ids]
    return [str(each)[:64] for each in given[:MOST]]
