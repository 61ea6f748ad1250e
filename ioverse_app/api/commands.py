"""Commands for programs: which there are, and what comes of one."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from ioverse_app.api.addresses import public_address
from ioverse_app.api.dependencies import CurrentUser
from ioverse_app.api.document import PROVIDER, refused
from ioverse_app.errors import Invalid
from ioverse_app.services import commands, runs
from ioverse_app.services.commands import Ask, Begun, Known, Reply
from ioverse_app.services.runs import Started
from ioverse_app.tables import User

router = APIRouter(prefix="/api", tags=["chats"])


class CommandIn(BaseModel):
    """A command, such as `/temp 0.2`, for a chat that there is or for none."""

    command: str = ""
    chat_id: str | None = None
    model: str | None = None


class CommandOut(BaseModel):
    """What came of a command.

    `reply` is Markdown for the person and is not kept; or else a `message` was sent, or an answer
    was begun again (`run`), and the ids are those of what began.
    """

    kind: Literal["reply", "message", "run"]
    command: str
    chat_id: str | None
    reply: str | None = None
    user_message: str | None = None
    message_id: str | None = None
    answer_id: str | None = None
    run_id: str | None = None


class KnownOut(BaseModel):
    """A command: how it is written, what it does, and its other names."""

    name: str
    usage: str
    help: str
    aliases: list[str]

    @classmethod
    def of(cls, one: Known) -> KnownOut:
        """This command as programs see it."""
        return cls(name=one.name, usage=one.usage, help=one.help, aliases=list(one.aliases))


class AllKnown(BaseModel):
    """Every command."""

    commands: list[KnownOut]


@router.get("/commands")
async def known(_: CurrentUser) -> AllKnown:
    """Every command that there is."""
    return AllKnown(commands=[KnownOut.of(one) for one in commands.known()])


@router.post("/chats/commands", responses=refused(404, 409, *PROVIDER))
async def run(body: CommandIn, user: CurrentUser, request: Request) -> CommandOut:
    """Do what a command says."""
    if not commands.is_command(body.command):
        raise Invalid("A command begins with a slash and its name.", code="not_a_command")
    return await done(request, user, body.chat_id, body.command, body.model)


async def done(
    request: Request, user: User, chat_id: str | None, text: str, model: str | None
) -> CommandOut:
    """What comes of a command, for programs."""
    address = public_address(request)
    name, chat_id = commands.name_of(text), chat_id or None
    match await commands.run(user, chat_id, text, model=model, address=address):
        case Reply(text=reply):
            return CommandOut(kind="reply", command=name, chat_id=chat_id, reply=reply)
        case Ask(text=message):
            started = await runs.start(user, chat_id, message, model=model)
            return _begun("message", name, started, message)
        case Begun(started=started):
            return _begun("run", name, started)


def _begun(
    kind: Literal["message", "run"], name: str, started: Started, message: str | None = None
) -> CommandOut:
    return CommandOut(
        kind=kind,
        command=name,
        chat_id=started.conversation_id,
        user_message=message,
        message_id=started.question_id,
        answer_id=started.answer_id,
        run_id=started.run_id,
    )
