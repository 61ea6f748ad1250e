"""A run that makes images: asked of the provider, and each stored as soon as it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from ioverse_app import db, outside
from ioverse_app.config import settings
from ioverse_app.engine.ending import run_values, usage_of
from ioverse_app.engine.events import Ended, ImagePartial, ImageReady, LogEvent
from ioverse_app.engine.job import Outcome, Price, work
from ioverse_app.engine.log import RunLog
from ioverse_app.engine.settling import Used
from ioverse_app.engine.writer import Closing
from ioverse_app.errors import AppError
from ioverse_app.providers.errors import ProviderDown
from ioverse_app.providers.events import DrawnImage, Finished, PartialImage, Usage
from ioverse_app.providers.openai_images import FETCH_SECONDS, UNFETCHED
from ioverse_app.providers.provider import Draws, ImageRequest
from ioverse_app.services.images import keeping
from ioverse_app.services.notices import ImageCame, tell
from ioverse_app.tables import Image, now

MB = 1024 * 1024
INSIDE = "The provider gave an address inside this network, which is not opened. Generate again."


@dataclass(slots=True)
class Drawing:
    """Images to be made. Each of the `requests` is asked at the same time as the others.

    `parameters` are what the person set, `ids` the images that these are made from, `each` what
    an image costs where it is known without a count of tokens.
    """

    run_id: str
    user_id: str
    provider: Draws
    requests: Sequence[ImageRequest]
    model: str
    parameters: Mapping[str, Any]
    ids: Sequence[str] = ()
    conversation_id: str | None = None
    price: Price | None = None
    each: int | None = None
    saved: bool = False
    _made: list[Image] = field(default_factory=list[Image])
    _usage: dict[int, Usage] = field(default_factory=dict[int, Usage])
    _places: int = 0

    async def work(self, log: RunLog, outcome: Outcome) -> Ended:
        """Ask, and log what comes; see `Task`."""
        return await work(self.run_id, self._draw(log, outcome), outcome)

    def closing(self, events: Iterable[LogEvent], ended: Ended) -> Closing:
        """What the run keeps, and what it cost; see `Task`."""
        cost = ended.cost
        if cost is None and self.each is not None:
            cost = self.each * len(self._made)
        used = Used(usage_of(ended), cost, images=len(self._made))
        return Closing(self.run_id, None, {**run_values(ended), "cost": cost}, used=used)

    async def _draw(self, log: RunLog, outcome: Outcome) -> None:
        """Ask everything at once. What came is kept, whatever becomes of the rest."""
        asked = [
            asyncio.create_task(self._ask(number, request, log, outcome))
            for number, request in enumerate(self.requests)
        ]
        try:
            results = await asyncio.gather(*asked, return_exceptions=True)
        finally:
            for task in asked:
                task.cancel()
        await self._account(outcome.usage)
        failed = [result for result in results if isinstance(result, BaseException)]
        if failed:
            raise self._of_all(failed)
        outcome.finish = "stop"

    async def _ask(self, number: int, request: ImageRequest, log: RunLog, outcome: Outcome) -> None:
        failure: AppError | None = None
        place = self._next_place(request)
        async with aclosing(self.provider.draw(request)) as events:
            async for event in events:
                match event:
                    case PartialImage(data=data):
                        if picture := await keeping.preview(data):
                            log.append(ImagePartial(place, picture))
                    case DrawnImage():
                        try:
                            await self._keep(place, event, log, outcome)
                        except AppError as error:
                            failure = failure or error
                        place += 1
                    case Usage():
                        self._count(number, event, outcome)
                    case Finished():
                        break
                    case _:
                        pass
        if failure:
            raise failure

    def _next_place(self, request: ImageRequest) -> int:
        place = self._places
        self._places += int(request.parameters.get("n") or 1)
        return place

    async def _keep(self, place: int, came: DrawnImage, log: RunLog, outcome: Outcome) -> None:
        data = await self._fetched(came.url) if came.url else came.data
        image = Image(
            user_id=self.user_id,
            run_id=self.run_id,
            conversation_id=self.conversation_id,
            place=place,
            prompt=self.requests[0].prompt,
            revised_prompt=came.revised_prompt,
            model=self.model,
            parameters=dict(self.parameters),
            sources=list(self.ids),
            cost=self.each,
            seed=came.seed if came.seed is not None else self.parameters.get("seed"),
            width=0,
            height=0,
            format="",
            size=0,
            stored="",
            thumbnail="",
            saved_at=now() if self.saved else None,
        )
        storing = asyncio.create_task(keeping.keep(image, data))
        try:
            await asyncio.shield(storing)
        finally:
            # The bytes are there: they are stored even if somebody stops the run meanwhile.
            await asyncio.wait([storing])
            if not storing.cancelled() and storing.exception() is None:
                self._made.append(image)
                outcome.first_token_at = outcome.first_token_at or now()
                log.append(ImageReady(place, image.id))
                tell(self.user_id, ImageCame(self.run_id, image.id))

    async def _fetched(self, address: str) -> bytes:
        """What an address of the provider's has: where only the provider's own may be inside."""
        most = int(settings().image_max_mb * MB)
        data = await self.provider.fetch(address, most)
        if data is None:
            try:
                fetched = await outside.fetch(address, max_bytes=most, seconds=FETCH_SECONDS)
            except outside.Inside:
                raise ProviderDown(INSIDE, code="address_inside") from None
            except AppError as error:
                raise ProviderDown(UNFETCHED, code=error.code) from None
            if fetched.status != 200:
                raise ProviderDown(UNFETCHED)
            data = fetched.content
        return data

    def _count(self, number: int, usage: Usage, outcome: Outcome) -> None:
        self._usage[number] = usage
        every = self._usage.values()
        outcome.usage = Usage(
            sum(one.prompt_tokens for one in every),
            sum(one.completion_tokens for one in every),
            sum(one.cached_tokens for one in every),
        )

    async def _account(self, usage: Usage | None) -> None:
        """Write to each image its share of what the provider counted, and of what that costs."""
        if usage is None or not self._made:
            return
        count = len(self._made)
        tokens = {"input_tokens": usage.prompt_tokens, "output_tokens": usage.completion_tokens}
        values: dict[str, Any] = {"usage": {name: sum_ // count for name, sum_ in tokens.items()}}
        cost = self.price(usage.prompt_tokens, usage.completion_tokens) if self.price else None
        if cost is not None:
            values["cost"] = cost // count
        ids = [image.id for image in self._made]
        async with db.transaction() as session:
            await session.execute(update(Image).where(col(Image.id).in_(ids)).values(values))

    def _of_all(self, failed: Sequence[BaseException]) -> BaseException:
        """The first failure, with how many there are when others are there."""
        first = next((one for one in failed if not isinstance(one, AppError)), failed[0])
        count = sum(int(request.parameters.get("n") or 1) for request in self.requests)
        if not isinstance(first, AppError) or not self._made:
            return first
        missing = max(1, count - len(self._made))
        words = "One image is" if missing == 1 else f"{missing} images are"
        return type(first)(f"{words} missing: {first.message}", code=first.code)


def single(request: ImageRequest, count: int) -> list[ImageRequest]:
    """The same request `count` times, each for one image."""
    one = {name: value for name, value in request.parameters.items() if name != "n"}
    return [replace(request, parameters=one)] * count
