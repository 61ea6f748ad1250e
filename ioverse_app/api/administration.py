"""The workspace, for programs of administrators: how it is, chats and links, settings, jobs."""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from ioverse_app.api.accounts import Message
from ioverse_app.api.dependencies import Administrator, Session
from ioverse_app.api.document import refused
from ioverse_app.api.share_page import page_of
from ioverse_app.api.shares import ShareOut
from ioverse_app.services import (
    changed_settings,
    clockwork,
    doctor,
    mail_trial,
    oversight,
    overview,
)
from ioverse_app.services.clockwork import JobReport
from ioverse_app.services.doctor import Finding
from ioverse_app.services.oversight import About, Link
from ioverse_app.services.overview import Overview

router = APIRouter(prefix="/api/admin", tags=["administration"])

EntryNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=200)]


class Chats(BaseModel):
    """A page of chats by their metadata, the last used first."""

    chats: list[About]
    next_cursor: str | None


class Reason(BaseModel):
    """Why a chat is opened. Its owner reads it."""

    reason: str


class Opened(BaseModel):
    """That a chat was opened: the number of the entry, and the address of its page."""

    look: int
    path: str


class LinkOut(ShareOut):
    """A link, and who made it."""

    owner_id: str
    owner: str

    @classmethod
    def by(cls, link: Link) -> Self:
        """This link as administrators see it."""
        facts = ShareOut.of(link.share).model_dump() | {"label": ""}  # it is its owner's own note
        return cls.model_validate({**facts, "owner_id": link.share.user_id, "owner": link.owner})


class Links(BaseModel):
    """A page of links, newest first."""

    shares: list[LinkOut]
    next_cursor: str | None


class SettingsOut(BaseModel):
    """Every setting that can change, as it is now; `changed` are not those of the environment."""

    settings: dict[str, Any]
    changed: list[str]


class Jobs(BaseModel):
    """What the clock does, and did lately."""

    jobs: list[JobReport]


class Findings(BaseModel):
    """How the installation is, the worst first."""

    findings: list[Finding]


@router.get("/overview")
async def read_overview(actor: Administrator) -> Overview:
    """People, answers of a day, failures, storage, versions."""
    return await overview.read(actor)


@router.get("/chats")
async def chats(
    actor: Administrator,
    session: Session,
    owner_id: str = "",
    cursor: str | None = None,
    limit: Limit = oversight.PAGE,
) -> Chats:
    """Chats without what is in them; a title is in them too."""
    found = await oversight.page(session, actor, owner_id=owner_id, cursor=cursor, limit=limit)
    return Chats(chats=list(found.items), next_cursor=found.next_cursor)


@router.post("/chats/{chat_id}/open", status_code=201, responses=refused(409))
async def open_chat(chat_id: str, body: Reason, actor: Administrator, session: Session) -> Opened:
    """Open somebody's chat for an hour. It is noted with the reason, and its owner is told."""
    entry = await oversight.open_chat(session, actor, chat_id, body.reason)
    return Opened(look=entry.number, path=f"/api/admin/looks/{entry.number}")


@router.get("/looks/{number}", response_class=HTMLResponse, responses=refused(410))
async def opened(number: EntryNumber, actor: Administrator, session: Session) -> HTMLResponse:
    """The chat that was opened, as a page without script, for this site's own frames only."""
    shown = await oversight.opened(session, actor, number)
    return page_of("share.html", framed=True, shared=shown, until=None, copy_path="")


@router.get("/shares")
async def links(
    actor: Administrator,
    session: Session,
    cursor: str | None = None,
    limit: Limit = oversight.PAGE,
) -> Links:
    """Everybody's links."""
    found, next_cursor = await oversight.links(session, actor, cursor=cursor, limit=limit)
    return Links(shares=[LinkOut.by(link) for link in found], next_cursor=next_cursor)


@router.delete("/shares/{share_id}")
async def revoke(share_id: str, actor: Administrator, session: Session) -> Message:
    """Take somebody's link back, at once."""
    await oversight.revoke_link(session, actor, share_id)
    return Message(message="The link is no longer valid.")


@router.get("/settings")
async def read_settings(_: Administrator, session: Session) -> SettingsOut:
    """The settings that can change while the app runs."""
    return _settings(await changed_settings.changed(session))


@router.patch("/settings")
async def change_settings(
    body: dict[str, Any], actor: Administrator, session: Session
) -> SettingsOut:
    """Change some, for every process at once; null gives one back to the environment."""
    changed = await changed_settings.change(session, actor, body)
    return _settings(changed)


@router.get("/jobs")
async def jobs(actor: Administrator) -> Jobs:
    """What the clock did."""
    return Jobs(jobs=await clockwork.reports(actor))


@router.post("/jobs/{name}/run", status_code=202)
async def run_job(name: str, actor: Administrator) -> Message:
    """Have a job done now."""
    await clockwork.run_now(actor, name)
    return Message(message="The job was started.")


@router.post("/mail/test")
async def try_mail(actor: Administrator) -> Message:
    """Send yourself a mail; 503 with the server's own words when it does not take it."""
    return Message(message=await mail_trial.send(actor))


@router.get("/doctor")
async def examine(_: Administrator) -> Findings:
    """What is wrong with the installation, and what to do."""
    return Findings(findings=await doctor.examine())


def _settings(changed: dict[str, Any]) -> SettingsOut:
    return SettingsOut(settings=changed_settings.values(changed), changed=sorted(changed))
