"""What a page of images looks at besides the pages of the gallery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app.errors import NotFound
from ioverse_app.services.images.gallery import MOST
from ioverse_app.tables import Image, Run, RunKind, RunStatus, User, now
from ioverse_app.tables.run import OPEN

REMEMBERED = timedelta(hours=1)
"""How long a failure is shown to somebody who comes back."""

NO_RUN = "This request for images is not there."
FAILED = (RunStatus.FAILED, RunStatus.INCOMPLETE, RunStatus.EXPIRED)
FEW = 20


async def recent(session: AsyncSession, user: User) -> Sequence[Run]:
    """The runs that make this person's images now, or failed a short while ago, newest first."""
    failed = col(Run.status).in_(FAILED) & (col(Run.created_at) > now() - REMEMBERED)
    query = Run.visible_to(user).where(Run.kind == RunKind.IMAGE, Run.user_id == user.id)
    query = query.where(or_(col(Run.status).in_(OPEN), failed)).order_by(col(Run.id).desc())
    return (await session.exec(query.limit(FEW))).all()


async def run(session: AsyncSession, user: User, run_id: str) -> Run:
    """A run of this person that makes images, or made some. NotFound else."""
    query = Run.visible_to(user).where(Run.kind == RunKind.IMAGE, Run.user_id == user.id)
    found = (await session.exec(query.where(Run.id == run_id.replace("\0", "")))).first()
    if found is None:
        raise NotFound(NO_RUN)
    return found


async def there(session: AsyncSession, user: User, image_ids: Sequence[str]) -> Sequence[Image]:
    """Those of these images that are there for this person."""
    wanted = [each.replace("\0", "") for each in image_ids[:MOST]]
    return (await session.exec(Image.visible_to(user).where(col(Image.id).in_(wanted)))).all()


async def choices(
    session: AsyncSession, user: User
) -> tuple[Sequence[str], Sequence[tuple[int, int]]]:
    """The models and the sizes of this person's saved images, for filters."""
    saved = (Image.user_id == user.id, col(Image.saved_at).is_not(None))
    kept = (*saved, col(Image.deleted_at).is_(None))
    models = await session.exec(select(Image.model).where(*kept).distinct())
    sizes = await session.exec(select(Image.width, Image.height).where(*kept).distinct())
    return sorted(models.all()), sorted(sizes.all())
