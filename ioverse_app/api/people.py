"""People and groups, for programs of administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from ioverse_app.api.accounts import Message
from ioverse_app.api.bodies import StrictBody
from ioverse_app.api.dependencies import Administrator, Session
from ioverse_app.api.document import refused
from ioverse_app.services import groups, people
from ioverse_app.services.people import Person
from ioverse_app.tables import Group, Role

router = APIRouter(prefix="/api/admin", tags=["administration"])


class NewPerson(BaseModel):
    """An account to make."""

    username: str
    email: str
    role: Role = Role.MEMBER


class Change(StrictBody):
    """What is to be another; what is left out stays."""

    role: Role | None = Field(default=None, strict=False)
    blocked: bool | None = None
    group_ids: list[str] | None = Field(default=None, max_length=100)


class GroupName(BaseModel):
    """What a group is called."""

    name: str


class GroupOut(BaseModel):
    """A group."""

    group_id: str
    name: str
    people: int | None = None

    @classmethod
    def of(cls, group: Group, people: int | None = None) -> Self:
        """This group as programs see it."""
        return cls(group_id=group.id, name=group.name, people=people)


class GroupList(BaseModel):
    """Every group, by name."""

    groups: list[GroupOut]


class PersonOut(BaseModel):
    """An account with what an administrator sees of it."""

    user_id: str
    username: str
    email: str
    role: str
    blocked: bool
    created_at: datetime
    last_seen_at: datetime | None
    chats: int
    groups: list[GroupOut]

    @classmethod
    def of(cls, person: Person) -> Self:
        """This person as programs see them."""
        user = person.user
        return cls(
            user_id=user.id,
            username=user.username,
            email=user.email,
            role=user.role,
            blocked=user.blocked_at is not None,
            created_at=user.created_at,
            last_seen_at=person.seen_at,
            chats=person.chats,
            groups=[GroupOut.of(group) for group in person.groups],
        )


class PeoplePage(BaseModel):
    """A page of people, newest first."""

    people: list[PersonOut]
    next_cursor: str | None


class Password(BaseModel):
    """A password that is told this once."""

    user_id: str
    password: str


@router.get("/people")
async def page(
    actor: Administrator,
    session: Session,
    q: str = "",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = people.PAGE,
) -> PeoplePage:
    """Everybody, or those with `q` in their name or address."""
    found = await people.page(session, actor, words=q, cursor=cursor, limit=limit)
    return PeoplePage(people=[PersonOut.of(p) for p in found.items], next_cursor=found.next_cursor)


@router.post("/people", status_code=201)
async def create(body: NewPerson, actor: Administrator, response: Response) -> Password:
    """Make an account."""
    user, password = await people.create(actor, body.username, body.email, body.role)
    response.headers["Cache-Control"] = "no-store"
    return Password(user_id=user.id, password=password)


@router.get("/people/{user_id}")
async def get(user_id: str, actor: Administrator, session: Session) -> PersonOut:
    """One person."""
    return PersonOut.of(await people.get(session, actor, user_id))


@router.patch("/people/{user_id}", responses=refused(409))
async def change(user_id: str, body: Change, actor: Administrator, session: Session) -> PersonOut:
    """Change somebody's role or groups, block them, or let them in again."""
    if body.role is not None:
        await people.change_role(session, actor, user_id, body.role)
    if body.blocked is not None:
        turn = people.block if body.blocked else people.unblock
        await turn(session, actor, user_id)
    if body.group_ids is not None:
        await groups.put(session, actor, user_id, body.group_ids)
    return PersonOut.of(await people.get(session, actor, user_id))


@router.post("/people/{user_id}/password", responses=refused(409))
async def reset_password(user_id: str, actor: Administrator, response: Response) -> Password:
    """Give somebody a new password; their sessions end at once."""
    response.headers["Cache-Control"] = "no-store"
    return Password(user_id=user_id, password=await people.reset_password(actor, user_id))


@router.delete("/people/{user_id}", responses=refused(409))
async def delete(user_id: str, actor: Administrator) -> Message:
    """Delete somebody with everything of theirs, for good."""
    await people.delete(actor, user_id)
    return Message(message="The account and everything in it was deleted.")


@router.get("/groups")
async def list_groups(actor: Administrator, session: Session) -> GroupList:
    """Every group, with how many people are in it."""
    found = await groups.all_groups(session, actor)
    return GroupList(groups=[GroupOut.of(group, count) for group, count in found])


@router.post("/groups", status_code=201, responses=refused(409))
async def create_group(body: GroupName, actor: Administrator, session: Session) -> GroupOut:
    """Make a group."""
    return GroupOut.of(await groups.create(session, actor, body.name), 0)


@router.patch("/groups/{group_id}", responses=refused(409))
async def rename_group(
    group_id: str, body: GroupName, actor: Administrator, session: Session
) -> GroupOut:
    """Give a group another name."""
    return GroupOut.of(await groups.rename(session, actor, group_id, body.name))


@router.delete("/groups/{group_id}", status_code=204)
async def delete_group(group_id: str, actor: Administrator, session: Session) -> None:
    """Delete a group. Nobody in it is."""
    await groups.delete(session, actor, group_id)
