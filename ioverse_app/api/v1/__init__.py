"""What speaks OpenAI's words, for the programs that know them: one router a noun."""

from __future__ import annotations

from fastapi import APIRouter

from ioverse_app.api.document import PROVIDER, refused
from ioverse_app.api.v1 import chat, embeddings, images, models, moderations, responses, unknown

router = APIRouter(tags=["OpenAI"], responses=refused(404, 429, *PROVIDER))
for noun in (
    models.router,
    chat.router,
    responses.router,
    embeddings.router,
    images.router,
    moderations.router,
    unknown.router,  # it takes every path that is left
):
    router.include_router(noun)
