"""Images for pages and programs: the list, one of them, its bytes, and many as a ZIP."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel
from starlette.background import BackgroundTask

from ioverse_app import db
from ioverse_app.api.dependencies import CurrentUser, Session, asking
from ioverse_app.api.document import refused
from ioverse_app.config import settings
from ioverse_app.errors import AppError, Invalid
from ioverse_app.providers import catalogue
from ioverse_app.providers.image_profiles import ImageProfile
from ioverse_app.providers.provider import Model
from ioverse_app.services import images
from ioverse_app.services.images import Kept, Wanted
from ioverse_app.tables import Image, User

router = APIRouter(prefix="/api/images", tags=["images"])

YEAR_SECONDS = 31_536_000


class ImageOut(BaseModel):
    """An image. `saved` ones are kept; others go after a day. `cost` is in micro-dollars."""

    image_id: str
    created_at: datetime
    prompt: str
    revised_prompt: str | None
    model: str
    parameters: dict[str, Any]
    sources: list[str]
    usage: dict[str, Any]
    cost: int | None
    seed: int | None
    width: int
    height: int
    format: str
    size: int
    saved: bool
    deleted: bool
    run_id: str | None
    conversation_id: str | None
    name: str
    file: str
    thumbnail: str
    blurred: str

    @classmethod
    def of(cls, image: Image) -> ImageOut:
        """This image as programs see it."""
        address = f"{router.prefix}/{image.id}"
        same: dict[str, Any] = {
            name: getattr(image, name) for name in cls.model_fields if hasattr(image, name)
        }
        ours: dict[str, Any] = {
            "image_id": image.id,
            "saved": image.saved_at is not None,
            "deleted": image.deleted_at is not None,
            "name": images.file_name(image),
            "file": f"{address}/file",
            "thumbnail": f"{address}/thumbnail",
        }
        return cls(**same | ours)


class ImagesOut(BaseModel):
    """Some images, newest first, and the cursor of those that follow."""

    images: list[ImageOut]
    cursor: str | None


class ImageModelOut(BaseModel):
    """A model that makes images, and what it takes."""

    model: str
    label: str
    provider: str
    takes: ImageProfile

    @classmethod
    def of(cls, model: Model) -> ImageModelOut:
        """This model as programs see it."""
        takes = catalogue.profile(model.ref).image or ImageProfile()
        return cls(model=model.ref, label=model.label, provider=model.provider_label, takes=takes)


class Change(BaseModel):
    """What is to be another: saved or not, in the trash or not."""

    saved: bool | None = None
    deleted: bool | None = None


class LinkTerms(BaseModel):
    """For how many hours a link is valid."""

    hours: float = images.HOURS


class LinkOut(BaseModel):
    """A link to an image, for everybody who has it."""

    url: str
    expires_at: datetime


@router.get("")
async def page(
    user: CurrentUser,
    session: Session,
    search: str = "",
    model: str = "",
    size: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    saved: bool | None = None,
    deleted: bool = False,
    run_id: str = "",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = images.PAGE,
) -> ImagesOut:
    """A page of your images: by words of their prompts, model, size (`1024x1024`) and time."""
    width, height = _size(size)
    wanted = Wanted(
        search.replace("\0", ""),
        model.replace("\0", ""),
        width,
        height,
        since,
        until,
        saved,
        run_id.replace("\0", ""),
        deleted=deleted,
    )
    found = await images.page(session, user, wanted, cursor=cursor, limit=limit)
    return ImagesOut(images=[ImageOut.of(image) for image in found.items], cursor=found.cursor)


@router.get("/models")
async def models(user: CurrentUser) -> list[ImageModelOut]:
    """The models that make images, each with what it takes."""
    return [ImageModelOut.of(model) for model in await images.models(user)]


@router.get("/archive", response_class=FileResponse, responses=refused(404))
async def archive(user: CurrentUser, ids: str) -> Response:
    """Images as one ZIP. `ids` are at most 200, with commas between them."""
    target = settings().data_dir.resolve() / f"images-{secrets.token_hex(8)}.zip"
    try:
        await images.archive(user, [each for each in ids.split(",") if each], target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return FileResponse(
        target,
        media_type="application/zip",
        filename="images.zip",
        headers={"Cache-Control": "private, no-store"},
        background=BackgroundTask(target.unlink, missing_ok=True),
    )


@router.get("/{image_id}")
async def get(image_id: str, user: CurrentUser, session: Session) -> ImageOut:
    """An image, with everything that is known of how it was made."""
    return ImageOut.of(await images.get(session, user, image_id))


@router.patch("/{image_id}")
async def change(image_id: str, body: Change, user: CurrentUser, session: Session) -> ImageOut:
    """Save an image, or bring one back from the trash."""
    if body.deleted is False:
        await images.restore(session, user, [image_id])
    if body.saved is not None:
        await images.save(session, user, [image_id], saved=body.saved)
    image = await images.get(session, user, image_id)
    if body.deleted:
        await images.delete(session, user, [image_id])
    return ImageOut.of(image)


@router.delete("/{image_id}", status_code=204)
async def delete(image_id: str, user: CurrentUser, session: Session) -> None:
    """Put an image into the trash."""
    await images.delete(session, user, [image_id])


@router.post("/{image_id}/links", status_code=201)
async def link(image_id: str, body: LinkTerms, user: CurrentUser, session: Session) -> LinkOut:
    """An address of a saved image that anybody can open, for 1 to 72 hours."""
    url, expires_at = await images.link(session, user, image_id, hours=body.hours)
    return LinkOut(url=url, expires_at=expires_at)


@router.get("/{image_id}/file", response_class=FileResponse, responses=refused(401, 403))
async def file(
    request: Request,
    image_id: str,
    ticket: str = "",
    download: bool = False,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The bytes of an image, for whoever may see it or has a link with its `ticket`."""
    async with db.reading() as session:
        if ticket:
            found = await images.kept(await images.by_ticket(session, image_id, ticket))
        else:
            found = await images.content(session, await _known(request), image_id)
    return _sent(found, if_none_match, is_ours=not ticket, download=download)


@router.get("/{image_id}/thumbnail", response_class=FileResponse)
async def thumbnail(
    image_id: str,
    user: CurrentUser,
    session: Session,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """A small picture of an image, as WebP."""
    found = await images.content(session, user, image_id, thumbnail=True)
    return _sent(found, if_none_match, is_ours=True)


async def _known(request: Request) -> User:
    who = await asking(request)
    if isinstance(who, AppError):
        raise who
    return who.user


def _sent(found: Kept, if_none_match: str, *, is_ours: bool, download: bool = False) -> Response:
    """The bytes, which are the same for ever: they were looked at, and are no page of ours."""
    lasting = f"private, max-age={YEAR_SECONDS}, immutable" if is_ours else "private, no-cache"
    headers = {
        "ETag": f'"{found.key}"',
        "Cache-Control": lasting,
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin" if is_ours else "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return FileResponse(
        found.path,
        headers=headers,
        media_type=found.media_type,
        filename=images.file_name(found.image),
        content_disposition_type="attachment" if download else "inline",
    )


def _size(text: str) -> tuple[int | None, int | None]:
    if not text:
        return None, None
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not (width.isdecimal() and height.isdecimal() and len(text) < 20):
        raise Invalid("A size is like 1024x1024.", code="size_unusable")
    return int(width), int(height)
