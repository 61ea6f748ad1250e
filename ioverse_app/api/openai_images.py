"""Images in OpenAI's shape: the official SDK is the client, with an API key of ours.

Protocol: https://platform.openai.com/docs/api-reference/images
"""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from ioverse_app import db, storage
from ioverse_app.api.dependencies import Asking
from ioverse_app.config import settings
from ioverse_app.engine.events import Ended
from ioverse_app.errors import Invalid, NotFound, TooLarge, Unavailable
from ioverse_app.providers import catalogue
from ioverse_app.providers.errors import (
    Busy,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    ProviderError,
    TimedOut,
)
from ioverse_app.services import images, runs
from ioverse_app.services.api_keys import KeyHolder
from ioverse_app.services.images import Wanted
from ioverse_app.services.images.links import PROGRAM_SECONDS
from ioverse_app.tables import Image, Run, User

router = APIRouter(prefix="/v1/images", tags=["OpenAI shapes"])

MB = 1024 * 1024
FILES = 17
"""Sixteen images, and a mask."""

FORM_MAX = 4
"""All files of a form together, as a multiple of the largest image."""

NO_STREAM = "Images come whole here. Leave out “stream”."
_FAILED = {kind.code: kind for kind in (Busy, KeyRefused, NoCredit, TimedOut)}


class Asked(BaseModel):
    """What OpenAI's API takes. What is not taken by the model has a sentence of its own."""

    model_config = ConfigDict(extra="ignore")

    prompt: str = ""
    model: str | None = None
    n: int | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    moderation: str | None = None
    style: str | None = None
    seed: int | None = None
    response_format: Literal["url", "b64_json"] | None = None
    stream: bool | None = None
    partial_images: int | None = None

    def parameters(self) -> dict[str, Any]:
        """What is asked of the model. How it is answered is our own."""
        if self.stream:
            fields = [{"field": "stream", "message": NO_STREAM}]
            raise Invalid(NO_STREAM, code="stream_unsupported", fields=fields)
        ours = {"prompt", "model", "response_format", "stream", "partial_images"}
        return self.model_dump(exclude=ours, exclude_none=True)


class Datum(BaseModel):
    """One image: its bytes in base64, or a signed address of ours that is valid for an hour."""

    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str | None = None


class TokenDetails(BaseModel):
    """Of what kind the tokens of a prompt are; the provider did not say."""

    image_tokens: int = 0
    text_tokens: int = 0


class UsageOut(BaseModel):
    """The provider's own count."""

    input_tokens: int
    input_tokens_details: TokenDetails
    output_tokens: int
    total_tokens: int


class ImagesResponse(BaseModel):
    """The images that were made."""

    created: int = Field(default_factory=lambda: int(time.time()))
    data: list[Datum]
    usage: UsageOut | None = None


@router.post("/generations", response_model_exclude_none=True)
async def generations(body: Asked, asking: Asking) -> ImagesResponse:
    """Make images from a prompt."""
    ref = await _ref(asking.user, body.model)
    run = await _begun(
        images.generate(
            asking.user, ref, body.prompt, body.parameters(), api_key_id=_key_of(asking)
        )
    )
    return await _made(asking.user, run, _form(body, ref))


async def _posted(request: Request) -> AsyncGenerator[FormData, None]:
    """The form of an edit; its files are gone after the answer."""
    form = await _read(request)
    try:
        yield form
    finally:
        await form.close()


@router.post("/edits", response_model_exclude_none=True)
async def edits(asking: Asking, form: Annotated[FormData, Depends(_posted)]) -> ImagesResponse:
    """Change images as a prompt says. With a `mask` only where that is transparent."""
    fields = {name: value for name, value in form.items() if isinstance(value, str) and value}
    body = _asked(fields)
    files = [file for name in ("image", "image[]") for file in form.getlist(name)]
    mask = form.get("mask")
    ref = await _ref(asking.user, body.model)
    run = await _begun(
        images.edit(
            asking.user,
            ref,
            body.prompt,
            body.parameters(),
            files=[await file.read() for file in files if isinstance(file, UploadFile)],
            mask=await mask.read() if isinstance(mask, UploadFile) else None,
            api_key_id=_key_of(asking),
        )
    )
    return await _made(asking.user, run, _form(body, ref))


def _key_of(asking: Asking) -> str | None:
    return asking.key.id if isinstance(asking, KeyHolder) else None


def _form(body: Asked, ref: str) -> str:
    """As asked for; else what the model's own kind does."""
    image = catalogue.profile(ref).image
    usual = image.response_formats[0] if image and image.response_formats else "b64_json"
    return body.response_format or usual


async def _ref(user: User, model: str | None) -> str:
    """The model by `<provider>/<model>` or by the provider's name alone, or the first there is."""
    if model and "/" in model and catalogue.profile(model).image:
        listed = [one.ref for one in await images.models(user)]
        if model in listed or not any(ref.partition("/")[2] == model for ref in listed):
            return model
    there = await images.models(user)
    for one in there:
        if model in (None, one.ref, one.ref.partition("/")[2]):
            return one.ref
    sentence = (
        f"There is no model “{model[:100]}” that makes images. "
        "GET /api/images/models lists those there are."
        if model
        else "No model that makes images is connected."
    )
    fields = [{"field": "model", "message": sentence}]
    raise NotFound(sentence, code="model_not_found", fields=fields)


async def _begun(beginning: Any) -> Run:
    try:
        return await beginning
    except ModelNotFound as error:
        raise NotFound(error.message, code=error.code) from None


async def _made(user: User, run: Run, form: str) -> ImagesResponse:
    """Wait for the end. Who goes away meanwhile finds the images in their gallery."""
    ended: Ended | None = None
    async for entry in runs.follow(user, run.id):
        if isinstance(entry.event, Ended):
            ended = entry.event
    async with db.reading() as session:
        page = await images.page(session, user, Wanted(run_id=run.id), limit=100)
    found = sorted(page.items, key=lambda image: image.place)
    if not found:
        raise _failure(ended)
    return ImagesResponse(data=[await _datum(image, form) for image in found], usage=_usage(ended))


async def _datum(image: Image, form: str) -> Datum:
    if form == "url":
        url = images.address(image, PROGRAM_SECONDS)
        return Datum(url=url, revised_prompt=image.revised_prompt)
    content = base64.b64encode(await storage.read(image.stored)).decode()
    return Datum(b64_json=content, revised_prompt=image.revised_prompt)


def _usage(ended: Ended | None) -> UsageOut | None:
    if ended is None or ended.prompt_tokens is None or ended.completion_tokens is None:
        return None
    return UsageOut(
        input_tokens=ended.prompt_tokens,
        input_tokens_details=TokenDetails(text_tokens=ended.prompt_tokens),
        output_tokens=ended.completion_tokens,
        total_tokens=ended.prompt_tokens + ended.completion_tokens,
    )


def _failure(ended: Ended | None) -> Exception:
    if ended is None or not ended.error_message:
        return Unavailable("This was stopped before an image was there.", code="cancelled")
    code = ended.error_code or ProviderError.code
    if code == "request_refused":
        return Invalid(ended.error_message, code=code)
    return _FAILED.get(code, ProviderError)(ended.error_message, code=code)


def _asked(fields: dict[str, str]) -> Asked:
    numbers = ("n", "output_compression", "seed", "partial_images")
    try:
        read: dict[str, Any] = {
            name: int(value) if name in numbers else value for name, value in fields.items()
        }
        return Asked(**read)
    except ValueError:
        sentence = "Send a form with an image, a prompt and the settings of OpenAI's API."
        raise Invalid(sentence, code="form_unusable") from None


async def _read(request: Request) -> FormData:
    most = int(settings().image_max_mb * MB * FORM_MAX)
    parser = MultiPartParser(request.headers, _counted(request, most), max_files=FILES)
    try:
        return await parser.parse()
    except (MultiPartException, KeyError):
        sentence = "Send a form (multipart/form-data) with an image and a prompt."
        raise Invalid(sentence, code="form_unusable") from None


async def _counted(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise TooLarge(f"A form has at most {most // MB} MB.", code="form_too_large")
        yield chunk
