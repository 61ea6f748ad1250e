"""Responses that are kept: found, gone on from, deleted, and forgotten after 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete as deleting
from sqlmodel import col

from ioverse_app import db
from ioverse_app.errors import Invalid, NotFound
from ioverse_app.services.gateway.responses.envelope import Response
from ioverse_app.services.gateway.responses.form import Item
from ioverse_app.tables import StoredResponse, User, now

PREFIX = "resp_"
KEPT = timedelta(days=30)
MOST = 100
NOT_THERE = "There is no response '{id}', or it is not yours."


async def find(user: User, response_id: str) -> StoredResponse:
    """The response with this id, if it is this person's."""
    async with db.reading() as session:
        query = StoredResponse.visible_to(user).where(StoredResponse.id == _plain(response_id))
        found = (await session.exec(query)).first()
    if found is None:
        raise _missing(response_id)
    return found


async def history(user: User, response_id: str) -> tuple[StoredResponse, list[Item]]:
    """The response to go on from, and every item up to its end, oldest first."""
    last = await find(user, response_id)
    if last.body.get("status") in ("queued", "in_progress"):
        raise Invalid("This response is not over yet.", param="previous_response_id")
    async with db.reading() as session:
        query = StoredResponse.visible_to(user).where(StoredResponse.chain_id == last.chain_id)
        chain = {row.id: row for row in await session.exec(query)}
    turns: list[StoredResponse] = []
    at: str | None = last.id
    while at is not None:
        if at not in chain:
            raise _missing(PREFIX + at)
        turns.append(chain[at])
        at = chain[at].previous_id
    items: list[Item] = []
    for turn in reversed(turns):
        items += [*turn.input, *turn.body.get("output", [])]
    return last, items


async def keep(
    user: User, response: Response, input: Sequence[Item], previous: StoredResponse | None
) -> None:
    """Write it down as it is now, for the first time or again."""
    row_id = _plain(response["id"])
    async with db.transaction() as session:
        row = await session.get(StoredResponse, row_id)
        if row is None:
            row = StoredResponse(
                id=row_id,
                user_id=user.id,
                chain_id=previous.chain_id if previous else row_id,
                previous_id=previous.id if previous else None,
                input=list(input),
            )
        row.body = dict(response)
        session.add(row)


async def delete(user: User, response_id: str) -> None:
    """Forget a response."""
    row = await find(user, response_id)
    async with db.transaction() as session:
        await session.exec(deleting(StoredResponse).where(col(StoredResponse.id) == row.id))


async def input_items(
    user: User, response_id: str, *, after: str | None, limit: int, newest_first: bool
) -> dict[str, Any]:
    """A page of the items that were new with a response."""
    if not 1 <= limit <= MOST:
        raise Invalid(f"'limit' is from 1 to {MOST}.", param="limit")
    items = list((await find(user, response_id)).input)
    if newest_first:
        items.reverse()
    if after is not None:
        places = [place for place, item in enumerate(items) if item["id"] == after]
        if not places:
            raise Invalid(f"There is no item '{after[:100]}' here.", param="after")
        items = items[places[0] + 1 :]
    page = items[:limit]
    return {
        "object": "list",
        "data": page,
        "first_id": page[0]["id"] if page else "",
        "last_id": page[-1]["id"] if page else "",
        "has_more": len(items) > limit,
    }


async def purge() -> int:
    """Forget what nobody is promised any more; how many."""
    old = deleting(StoredResponse).where(col(StoredResponse.created_at) < now() - KEPT)
    async with db.transaction() as session:
        return len((await session.execute(old.returning(col(StoredResponse.id)))).all())


def _plain(response_id: str) -> str:
    if not response_id.startswith(PREFIX) or not response_id[len(PREFIX) :].isalnum():
        raise _missing(response_id)
    return response_id.removeprefix(PREFIX)[:32]


def _missing(response_id: str) -> NotFound:
    return NotFound(NOT_THERE.format(id=response_id[:64]), code="response_not_found")
