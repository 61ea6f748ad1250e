"""Chats for programs: send a message, follow its answer, read, list, delete."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from ioverse_app import db
from ioverse_app.api.attachments import AttachmentOut
from ioverse_app.api.commands import CommandOut, done
from ioverse_app.api.dependencies import CurrentUser, Session
from ioverse_app.api.sse import event, streaming
from ioverse_app.engine.events import Ended, Entry
from ioverse_app.errors import Invalid, NotAllowed, NotFound
from ioverse_app.providers.events import QuestionTranslated, TextDelta, TranslationDelta
from ioverse_app.services import attachments, commands, conversations, messages, runs, votes
from ioverse_app.tables import Attachment, Conversation, Message, Run, RunStatus, User, VoteValue

router = APIRouter(prefix="/api", tags=["chats"])

CHAT_NEEDED = "Chat ID is required"
CHAT_NOT_FOUND = "Chat not found"
VOTES = {"upvote": VoteValue.UP, "downvote": VoteValue.DOWN}


class NewMessage(BaseModel):
    """A message to send; without `chat_id` it begins a chat. `parameters` are set for the chat.

    `attachments` are the ids of uploaded files; with them the message may be empty.
    A chat that begins `temporary` is in no list, and is deleted after 24 hours without a message.
    """

    message: str = ""
    chat_id: str | None = None
    user_id: str | None = None
    model: str | None = None
    parameters: dict[str, Any] | None = None
    attachments: list[str] = []
    temporary: bool = False


class Sent(BaseModel):
    """What was begun. The answer is at `/api/chats/stream?chat_id=`."""

    chat_id: str
    message_id: str
    answer_id: str
    run_id: str
    user_message: str
    chat_title: str


class ChatOut(BaseModel):
    """A chat in a list; `timestamp` is when it was last used (ISO 8601, UTC)."""

    chat_id: str
    chat_title: str
    timestamp: str

    @classmethod
    def of(cls, conversation: Conversation) -> ChatOut:
        """This conversation as programs see it."""
        return cls(
            chat_id=conversation.id,
            chat_title=conversation.title,
            timestamp=conversation.active_at.isoformat(),
        )


class History(BaseModel):
    """A page of somebody's chats, in the order of their list."""

    user_id: str
    history: list[ChatOut]
    next_cursor: str | None


class MessageOut(BaseModel):
    """A message; tokens, seconds and cost (in micro-dollars) are the answer's.

    `translation` is a question as the model got it, or an answer in its person's language.
    """

    message_id: str
    parent_id: str | None
    role: str
    content: str
    translation: str | None
    status: str
    model: str | None
    error: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    response_time: float | None
    cost: int | None
    timestamp: str
    attachments: list[AttachmentOut] = []

    @classmethod
    def of(cls, message: Message, given: Sequence[Attachment] = ()) -> MessageOut:
        """This message as programs see it."""
        return cls(
            message_id=message.id,
            parent_id=message.parent_id,
            role=message.role,
            content=message.content,
            translation=message.translation or None,
            status=message.status,
            model=message.model,
            error=message.error_message,
            prompt_tokens=message.prompt_tokens,
            completion_tokens=message.completion_tokens,
            response_time=message.seconds,
            cost=message.cost,
            timestamp=message.created_at.isoformat(),
            attachments=[AttachmentOut.of(each) for each in given],
        )


class Messages(BaseModel):
    """A page of a chat, oldest first. `earlier` is the message before them, for `?last=`."""

    chat_id: str
    messages: list[MessageOut]
    earlier: str | None


class ChatRef(BaseModel):
    """Which chat is meant."""

    chat_id: str = ""
    user_id: str | None = None


class VoteIn(BaseModel):
    """A vote: `vote` or `vote_type` is "upvote" or "downvote". The same again takes it back."""

    message_id: str = ""
    chat_id: str | None = None
    vote: str | None = None
    vote_type: str | None = None
    comment: str | None = None


class VoteOut(BaseModel):
    """What holds now: "upvote", "downvote" or null."""

    message: str
    vote: str | None


class Said(BaseModel):
    """A sentence for people."""

    message: str


@router.post("/chats")
async def send(body: NewMessage, user: CurrentUser) -> Sent | CommandOut:
    """Send a message and begin its answer.

    A message that begins with a slash and a word is a command: what came of it is answered, as
    `POST /api/chats/commands` does. Two slashes send it as a message that begins with one.
    """
    _same_person(user, body.user_id)
    if not body.message.strip() and not body.attachments:
        raise Invalid("User ID and message are required", code="message_empty")
    if commands.is_command(body.message):
        return await done(user, body.chat_id, body.message, body.model)
    message = commands.literal(body.message)
    started = await runs.start(
        user,
        body.chat_id or None,
        message,
        model=body.model,
        parameters=body.parameters,
        attachments=body.attachments,
        temporary=body.temporary,
    )
    async with db.reading() as session:
        conversation = await conversations.get(session, user, started.conversation_id)
    return Sent(
        chat_id=conversation.id,
        message_id=started.question_id or "",
        answer_id=started.answer_id,
        run_id=started.run_id,
        user_message=messages.checked(message, may_be_empty=True),
        chat_title=conversation.title,
    )


@router.get("/chats")
async def history(
    user: CurrentUser,
    session: Session,
    user_id: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = conversations.PAGE,
    archived: bool = False,
) -> History:
    """The chats of the person who asks, pinned ones first, or those that they archived."""
    _same_person(user, user_id)
    page = await conversations.page(session, user, cursor=cursor, limit=limit, archived=archived)
    chats = [ChatOut.of(conversation) for conversation in page.items]
    return History(user_id=user.id, history=chats, next_cursor=page.next_cursor)


@router.get("/chats/stream")
async def stream(
    user: CurrentUser,
    chat_id: str = "",
    user_id: str | None = None,
    last_event_id: Annotated[int, Header(ge=0)] = 0,
) -> StreamingResponse:
    """The newest answer of a chat as Server-Sent Events: what there is, and then what comes.

    `start {message_id}`, `message {message_id, content}`, where the chat is translated also
    `question {message_id, content}` and `translation {message_id, content}`, then `complete
    {message_id, completion_tokens, response_time}` or `error {message_id, message, code}`. A
    client that comes back with `Last-Event-ID` gets what it lacks. Leaving does not stop the
    answer.
    """
    _same_person(user, user_id)
    if not chat_id:
        raise Invalid("User ID and Chat ID are required", code="chat_id_missing")
    async with db.reading() as session:
        conversation = await _chat(session, user, chat_id)
        run = await runs.newest(session, conversation)
    if run is None:
        raise NotFound("This chat has no answer yet.")
    return streaming(_events(user, run, last_event_id))


@router.post("/chats/stream")
async def stream_of_body(
    body: ChatRef, user: CurrentUser, last_event_id: Annotated[int, Header(ge=0)] = 0
) -> StreamingResponse:
    """The same, for clients that send the chat in a body."""
    return await stream(user, body.chat_id, body.user_id, last_event_id)


@router.get("/chats/messages")
async def messages_by_query(
    user: CurrentUser, session: Session, chat_id: str = "", last: str | None = None
) -> Messages:
    """The messages of a chat, the newest page first."""
    if not chat_id:
        raise Invalid(CHAT_NEEDED, code="chat_id_missing")
    return await messages_of(chat_id, user, session, last)


@router.get("/chats/{chat_id}/messages")
async def messages_of(
    chat_id: str, user: CurrentUser, session: Session, last: str | None = None
) -> Messages:
    """The messages of a chat, the newest page first."""
    conversation = await _chat(session, user, chat_id)
    page = await messages.page(session, conversation, last_id=last)
    given = await attachments.of(session, page.items)
    items = [MessageOut.of(message, given.get(message.id, ())) for message in page.items]
    return Messages(chat_id=chat_id, messages=items, earlier=page.earlier_id)


@router.post("/chats/vote")
async def vote(body: VoteIn, user: CurrentUser, session: Session) -> VoteOut:
    """Vote on an answer."""
    if not body.message_id:
        raise Invalid("Chat ID and message ID are required", code="message_id_missing")
    value = VOTES.get(body.vote_type or body.vote or "")
    if value is None:
        raise Invalid('Invalid vote type. Use "upvote" or "downvote".', code="vote_type_invalid")
    now = await votes.cast(session, user, body.message_id, value)
    if now and body.comment:
        await votes.comment(session, user, body.message_id, body.comment)
    return VoteOut(message="Vote updated", vote=f"{now}vote" if now else None)


@router.post("/chats/delete")
async def delete(body: ChatRef, user: CurrentUser, session: Session) -> Said:
    """Take a chat off the list."""
    if not body.chat_id:
        raise Invalid(CHAT_NEEDED, code="chat_id_missing")
    await _chat(session, user, body.chat_id)
    await conversations.delete(session, user, body.chat_id)
    return Said(message="Chat deleted successfully")


@router.post("/runs/{run_id}/cancel", status_code=202)
async def cancel(run_id: str, user: CurrentUser) -> Said:
    """Stop an answer. What has been said is kept."""
    await runs.cancel(user, run_id)
    return Said(message="The answer is being stopped.")


async def _chat(session: Session, user: User, chat_id: str) -> Conversation:
    try:
        return await conversations.get(session, user, chat_id)
    except NotFound:
        raise NotFound(CHAT_NOT_FOUND) from None


def _same_person(user: User, user_id: str | None) -> None:
    if user_id is not None and user_id != user.id:
        raise NotAllowed("User ID does not match!", code="user_mismatch")


async def _events(user: User, run: Run, after: int) -> AsyncGenerator[str, None]:
    if not after:
        yield event("start", {"message_id": run.message_id})
    async for entry in runs.follow(user, run.id, after):
        if text := _event(run.message_id, entry):
            yield text


def _event(message_id: str | None, entry: Entry) -> str | None:
    data: dict[str, Any] = {"message_id": message_id}
    match entry.event:
        case TextDelta(text=text):
            return event("message", {**data, "content": text}, entry.number)
        case QuestionTranslated(text=text):
            return event("question", {**data, "content": text}, entry.number)
        case TranslationDelta(text=text):
            return event("translation", {**data, "content": text}, entry.number)
        case Ended(status=RunStatus.FAILED | RunStatus.INCOMPLETE) as ended:
            data |= {"message": ended.error_message, "code": ended.error_code or "length"}
            return event("error", data, entry.number)
        case Ended() as ended:
            data |= {
                "completion_tokens": ended.completion_tokens,
                "response_time": ended.seconds,
                "cost": ended.cost,
            }
            return event("complete", data, entry.number)
        case _:
            return None
