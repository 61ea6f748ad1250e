"""Make images, change them, make them again: each begins a run, which goes on by itself.

Follow such a run with `runs.follow`, and stop it with `runs.cancel`. These verbs open their own
transactions, since a run outlives whoever asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db, storage
from ioverse_app.config import settings
from ioverse_app.engine import engine, tokens
from ioverse_app.engine.events import Ended
from ioverse_app.errors import Invalid, TooMany
from ioverse_app.providers import catalogue
from ioverse_app.providers import provider as providers
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.image_profiles import ImageProfile
from ioverse_app.providers.provider import Draws, ImageRequest, Model
from ioverse_app.services import access, budgets, paying
from ioverse_app.services.access import Action
from ioverse_app.services.budgets import Estimate, Payer
from ioverse_app.services.images import keeping
from ioverse_app.services.images.asking import MAKES_NONE, checked
from ioverse_app.services.images.drawing import Drawing, single
from ioverse_app.services.images.gallery import get, sources_of
from ioverse_app.services.notices import ImagesEnded, ImagesStarted, tell
from ioverse_app.services.paying import Source
from ioverse_app.tables import PaidBy, Run, RunKind, User
from ioverse_app.tables.run import OPEN

TOKENS_EACH = 6_000
"""What is kept free of a budget of tokens for one image: a large one of high quality."""

PARTIAL_IMAGES = 2


async def models(user: User) -> list[Model]:
    """The models that make images which this person can pick now."""
    return list((await paying.available(user)).drawing)


async def generate(
    user: User,
    ref: str,
    prompt: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    conversation_id: str | None = None,
    saved: bool = False,
    api_key_id: str | None = None,
) -> Run:
    """Begin to make images by the model `<provider>/<model>`. Its run is given back at once.

    Invalid has a sentence for each field that is wrong, in `details["fields"]`; ModelNotFound,
    BudgetReached and TooMany say why not now. With `saved` they are kept for good.
    """
    return await _begin(
        user,
        ref,
        prompt,
        parameters or {},
        conversation_id=conversation_id,
        saved=saved,
        api_key_id=api_key_id,
    )


async def edit(
    user: User,
    ref: str,
    prompt: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    image_ids: Sequence[str] = (),
    files: Sequence[bytes] = (),
    mask: bytes | None = None,
    saved: bool = False,
    api_key_id: str | None = None,
) -> Run:
    """Begin to change images of one's own, or files, as the prompt says.

    The mask is a PNG of the size of the first image: what is transparent in it is made anew.
    """
    if not image_ids and not files:
        raise Invalid(
            "Choose the image that is to be edited.",
            code="image_request_invalid",
            fields=[{"field": "image", "message": "Choose the image that is to be edited."}],
        )
    count = len(image_ids) + len(files)
    checked(catalogue.profile(ref), prompt, parameters or {}, sources=count, mask=bool(mask))
    async with db.reading() as session:
        own = [await get(session, user, image_id) for image_id in image_ids]
    bytes_of_own = [await storage.read(image.stored) for image in own]
    given = [
        providers.Image("image/png", await keeping.given(data)) for data in (*bytes_of_own, *files)
    ]
    masked = providers.Image("image/png", await keeping.given(mask, mask=True)) if mask else None
    return await _begin(
        user,
        ref,
        prompt,
        parameters or {},
        sources=given,
        mask=masked,
        ids=[image.id for image in own],
        saved=saved,
        api_key_id=api_key_id,
    )


async def vary(user: User, image_id: str) -> Run:
    """Begin to make an image again as it was asked for, with another seed."""
    async with db.reading() as session:
        image = await get(session, user, image_id)
        sources = await sources_of(session, user, image)
    again = {name: value for name, value in image.parameters.items() if name != "seed"}
    again["n"] = 1
    if sources:
        ids = [source.id for source in sources]
        return await edit(user, image.model, image.prompt, again, image_ids=ids)
    return await generate(
        user, image.model, image.prompt, again, conversation_id=image.conversation_id
    )


async def running(session: AsyncSession, user: User) -> Sequence[Run]:
    """The runs of this person that make images now, oldest first. Their prompt is a parameter."""
    query = Run.visible_to(user).where(Run.kind == RunKind.IMAGE, col(Run.status).in_(OPEN))
    return (await session.exec(query.order_by(col(Run.id)))).all()


async def _begin(
    user: User,
    ref: str,
    prompt: str,
    parameters: Mapping[str, Any],
    *,
    sources: Sequence[providers.Image] = (),
    mask: providers.Image | None = None,
    ids: Sequence[str] = (),
    conversation_id: str | None = None,
    saved: bool = False,
    api_key_id: str | None = None,
) -> Run:
    access.check(user, Action.CHAT)
    asked = checked(
        catalogue.profile(ref), prompt, parameters, sources=len(sources), mask=mask is not None
    )
    worker = engine.current()
    worker.slots.check(user.id)
    async with db.transaction() as session:
        await _check_room(session, user)
        found, profile, payer = await paying.find(user, ref, session)
        if profile.image is None or not isinstance(found, Draws):
            raise Invalid(MAKES_NONE.format(label=profile.label), code="model_makes_no_images")
        request = ImageRequest(
            profile.model,
            prompt,
            _sent(profile.image, asked),
            sources,
            mask,
            min(PARTIAL_IMAGES, profile.image.partial_images),
            settings().image_seconds,
        )
        count = int(asked.get("n") or 1)
        run = Run(
            user_id=user.id,
            kind=RunKind.IMAGE,
            model=ref,
            parameters={
                **asked,
                "prompt": prompt,
                "images": list(ids),
                "masked": mask is not None,
            },
            owner=worker.worker_id,
        )
        session.add(run)
        await budgets.reserve(
            session,
            user,
            ref,
            _estimate(profile, profile.image, prompt, count),
            kind=RunKind.IMAGE,
            run_id=run.id,
            payer=Payer(
                PaidBy.PERSONAL if payer.source == Source.PERSONAL else PaidBy.SERVER,
                api_key_id=api_key_id,
            ),
        )
    drawing = Drawing(
        run.id,
        user.id,
        found,
        single(request, count) if request.partial_images else [request],
        ref,
        asked,
        ids,
        conversation_id,
        profile.cost,
        profile.image.price,
        saved,
    )
    worker.begin(drawing, lambda ended: _ended(user, run.id, ended))
    tell(user.id, ImagesStarted(run.id))
    return run


async def _check_room(session: AsyncSession, user: User) -> None:
    most = settings().image_runs_per_user
    query = select(func.count()).select_from(Run).where(Run.user_id == user.id)
    query = query.where(Run.kind == RunKind.IMAGE, col(Run.status).in_(OPEN))
    if (await session.exec(query)).one() >= most:
        raise TooMany(
            f"{most} of your requests for images are at work, which is the most. "
            "Let one of them finish, or stop it, then generate again.",
            code="too_many_images",
            retry_after=10,
        )


def _sent(image: ImageProfile, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider gets. Its bytes come with the answer where it lets us choose."""
    sent = {name: value for name, value in asked.items() if value != "auto"}
    if "b64_json" in image.response_formats:
        sent.setdefault("response_format", "b64_json")
    return sent


def _estimate(profile: Profile, image: ImageProfile, prompt: str, count: int) -> Estimate:
    prompt_tokens = tokens.estimate(prompt) * count
    output = TOKENS_EACH * count
    cost = profile.cost(prompt_tokens, output)
    each = image.price * count if image.price is not None else None
    return Estimate(prompt_tokens, output, cost if cost is not None else each or 0)


def _ended(user: User, run_id: str, _: Ended) -> None:
    tell(user.id, ImagesEnded(run_id))
    engine.current().beside(budgets.remind(user), f"budget of {user.id}")
