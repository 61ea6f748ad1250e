"""Accounts for programs: register, sign in, refresh, sign out, who am I."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from ioverse_app import db
from ioverse_app.api.client import client_of
from ioverse_app.api.cookies import drop_session_cookie
from ioverse_app.api.dependencies import CurrentSession, CurrentUser, Session
from ioverse_app.api.document import refused
from ioverse_app.errors import NotSignedIn
from ioverse_app.services import accounts, second_factor, sessions
from ioverse_app.tables import User

router = APIRouter(prefix="/api", tags=["Accounts"])


class Register(BaseModel):
    """A new account."""

    model_config = ConfigDict(json_schema_extra={"required": ["username", "email", "password"]})

    username: str | None = None
    email: str | None = None
    password: str | None = None
    invitation: str | None = None


class Login(BaseModel):
    """An account's password; `email` takes a user name too. `code` is the second factor's."""

    model_config = ConfigDict(json_schema_extra={"required": ["email", "password"]})

    email: str | None = None
    password: str | None = None
    code: str | None = None


class Refresh(BaseModel):
    """A refresh token, which works once."""

    refresh_token: str


class TokensOut(BaseModel):
    """An access token for 15 minutes, and what to get the next one for."""

    message: str
    token: str
    refresh_token: str


class Registered(TokensOut):
    """A new account, signed in."""

    username: str
    user_id: str


class UserOut(BaseModel):
    """An account as its owner and administrators see it."""

    user_id: str
    username: str
    email: str
    role: str
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        """The public side of a row."""
        return cls(user_id=user.id, **user.model_dump(include=set(cls.model_fields)))


class Message(BaseModel):
    """A sentence."""

    message: str


@router.post("/register", status_code=201, responses=refused(401, 403, 410))
async def register(body: Register, request: Request, response: Response) -> Registered:
    """Make an account and sign in to it."""
    account = await accounts.draft(
        body.username, body.email, body.password, invitation=body.invitation or ""
    )
    async with db.transaction() as session:
        user = await accounts.register(session, account)
        tokens = await sessions.start_api(session, user, client_of(request))
    response.headers["Cache-Control"] = "no-store"
    return Registered(
        message="User registered successfully",
        token=tokens.access,
        refresh_token=tokens.refresh,
        username=user.username,
        user_id=user.id,
    )


@router.post("/login", responses=refused(401, 403))
async def login(body: Login, request: Request, response: Response) -> TokensOut:
    """Sign in."""
    client = client_of(request)
    user = await accounts.sign_in(body.email, body.password, address=client.address)
    await second_factor.demand(user, body.code)
    async with db.transaction() as session:
        tokens = await sessions.start_api(session, user, client)
    response.headers["Cache-Control"] = "no-store"
    return TokensOut(message="Login successful", token=tokens.access, refresh_token=tokens.refresh)


@router.post("/token/refresh", responses=refused(401))
async def refresh(body: Refresh, request: Request, response: Response) -> TokensOut:
    """Exchange a refresh token for new tokens. Using one twice ends its session."""
    async with db.transaction() as session:
        tokens = await sessions.refresh(session, body.refresh_token, client_of(request))
    if tokens is None:
        raise NotSignedIn("Token is invalid!", code="token_invalid")
    response.headers["Cache-Control"] = "no-store"
    return TokensOut(message="Token refreshed", token=tokens.access, refresh_token=tokens.refresh)


@router.post("/logout")
async def logout(signed_in: CurrentSession, session: Session, response: Response) -> Message:
    """End this session: its tokens, or its cookie, are refused from now on."""
    await sessions.end(session, signed_in.session.id)
    drop_session_cookie(response)
    return Message(message="Signed out")


@router.get("/users/me")
async def me(user: CurrentUser) -> UserOut:
    """Who is asking."""
    return UserOut.of(user)


@router.get("/users/{user_id}")
async def get_user(user_id: str, user: CurrentUser, session: Session) -> UserOut:
    """An account: your own, or any if you are an administrator."""
    return UserOut.of(await accounts.get(session, user, user_id))
