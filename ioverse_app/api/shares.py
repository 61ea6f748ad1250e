"""Share links for their owners: make, list, revoke, and see who read them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field, SecretStr

from ioverse_app import db
from ioverse_app.api.addresses import public_address
from ioverse_app.api.bodies import StrictBody
from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.document import refused
from ioverse_app.api.share_page import page_of
from ioverse_app.errors import Invalid
from ioverse_app.services import shares
from ioverse_app.tables import Share, ShareView

router = APIRouter(prefix="/api", tags=["shares"])


class NewShare(StrictBody):
    """A link to make: `hours` 1 to 720, or null for ever; `omit` are ids of messages."""

    hours: float | None = Field(default=shares.HOURS, examples=[24])
    password: SecretStr | None = None
    views: int | None = None
    label: str = ""
    live: bool = False
    omit: list[str] = Field(default=[], max_length=shares.MESSAGES_MAX)


class ShareOut(BaseModel):
    """A link, without its secret."""

    share_id: str
    chat_id: str
    label: str
    live: bool
    has_password: bool
    is_open: bool
    shared_at: str
    expires_at: str | None
    revoked_at: str | None
    views: int
    views_max: int | None

    @classmethod
    def of(cls, share: Share) -> ShareOut:
        """This link as programs see it."""
        return cls.model_validate(_facts(share))


class ShareMade(ShareOut):
    """A new link. `share_url` is told this once; only its hash is kept."""

    share_url: str


class ShareList(BaseModel):
    """Links, newest first."""

    shares: list[ShareOut]


class ViewOut(BaseModel):
    """That a link was read, by what kind of program."""

    at: str
    client: str

    @classmethod
    def of(cls, view: ShareView) -> ViewOut:
        """This view as programs see it."""
        return cls(at=view.created_at.isoformat(), client=view.client)


class Views(BaseModel):
    """The newest views of a link, and how many there were in all."""

    share_id: str
    count: int
    views: list[ViewOut]


class Unshared(BaseModel):
    """How many links were taken back."""

    message: str
    revoked: int


@router.post("/chats/{chat_id}/share", status_code=201, responses=refused(409))
async def share(chat_id: str, body: NewShare, user: CurrentUser, request: Request) -> ShareMade:
    """Make a link by which anybody who has it reads this chat."""
    terms = await shares.terms(
        hours=body.hours,
        password=body.password.get_secret_value() if body.password else None,
        views_max=body.views,
        label=body.label,
        live=body.live,
        omitted=body.omit,
    )
    async with db.transaction() as session:
        made, token = await shares.create(session, user, chat_id, terms)
        url = f"{public_address(request)}/share/{token}"
        return ShareMade.model_validate({**_facts(made), "share_url": url})


@router.post("/chats/{chat_id}/unshare")
async def unshare(chat_id: str, user: CurrentUser, session: Session) -> Unshared:
    """Take every link of a chat back, at once."""
    count = await shares.revoke_all(session, user, chat_id)
    if not count:
        raise Invalid("This chat is not shared.", code="not_shared")
    return Unshared(message="The chat is no longer shared.", revoked=count)


@router.get("/chats/{chat_id}/shares")
async def shares_of(chat_id: str, user: CurrentUser, session: Session) -> ShareList:
    """The links of a chat."""
    return ShareList(shares=[ShareOut.of(s) for s in await shares.of(session, user, chat_id)])


@router.get("/chats/{chat_id}/share/preview", response_class=HTMLResponse)
async def preview(
    chat_id: str,
    user: CurrentUser,
    session: Session,
    omit: Annotated[list[str], Query(max_length=shares.MESSAGES_MAX)] = [],  # noqa: B006
) -> Response:
    """The page that a stranger would see, for this site's own frames only."""
    shown = await shares.preview(session, user, chat_id, omit)
    return page_of("share.html", framed=True, shared=shown, until=None, copy_path="", pictures="")


@router.get("/shares")
async def all_shares(user: CurrentUser, session: Session) -> ShareList:
    """Every link that the person who asks has made."""
    return ShareList(shares=[ShareOut.of(s) for s, _ in await shares.all_of(session, user)])


@router.get("/shares/{share_id}/views")
async def views(share_id: str, user: CurrentUser, session: Session) -> Views:
    """When a link was read."""
    share = await shares.get(session, user, share_id)
    found = await shares.views(session, user, share_id)
    return Views(share_id=share.id, count=share.views, views=[ViewOut.of(view) for view in found])


@router.delete("/shares/{share_id}")
async def revoke(share_id: str, user: CurrentUser, session: Session) -> ShareOut:
    """Take a link back, at once."""
    return ShareOut.of(await shares.revoke(session, user, share_id))


def _facts(share: Share) -> dict[str, object]:
    return {
        "share_id": share.id,
        "chat_id": share.conversation_id,
        "label": share.label,
        "live": share.content is None and share.revoked_at is None,
        "has_password": share.password_hash is not None,
        "is_open": shares.is_open(share),
        "shared_at": share.created_at.isoformat(),
        "expires_at": share.expires_at.isoformat() if share.expires_at else None,
        "revoked_at": share.revoked_at.isoformat() if share.revoked_at else None,
        "views": share.views,
        "views_max": share.views_max,
    }
