"""Runs: ask, try again, continue, follow, stop.

These verbs open their own transactions, since a run outlives whoever asked for it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import db
from ioverse_app.config import settings
from ioverse_app.engine import engine, tokens
from ioverse_app.engine.context import Plan, check, stored
from ioverse_app.engine.events import Ended, Entry
from ioverse_app.engine.going_on import GoingOn
from ioverse_app.engine.job import Job
from ioverse_app.errors import Conflict, Invalid, NotFound
from ioverse_app.providers import catalogue
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.events import ReasoningDelta, TextDelta, TranslationDelta
from ioverse_app.providers.provider import Request
from ioverse_app.services import (
    access,
    budgets,
    context,
    conversations,
    messages,
    paying,
    titles,
    translations,
)
from ioverse_app.services.access import Action
from ioverse_app.services.attachments import attach, attach_again, check_seen, of
from ioverse_app.services.beginning import Beginning
from ioverse_app.services.budgets import Estimate
from ioverse_app.services.context import HISTORY
from ioverse_app.services.notices import ListChanged, RunEnded, RunStarted, tell
from ioverse_app.services.parameters import fitted, merged
from ioverse_app.services.titles import title_of
from ioverse_app.tables import Conversation, Message, MessageStatus, Run, User, now
from ioverse_app.tables.run import OPEN


@dataclass(frozen=True, slots=True)
class Started:
    """An answer that has begun: where, what asked, what answers, and the run that does it."""

    conversation_id: str
    question_id: str | None
    answer_id: str
    run_id: str


async def start(
    user: User,
    conversation_id: str | None,
    text: str,
    *,
    model: str | None = None,
    after: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    attachments: Sequence[str] = (),
    temporary: bool = False,
    beginning: Beginning | None = None,
) -> Started:
    """Send a message and begin its answer, in a new conversation when there is none.

    It follows the message `after`, which is the last one that the sender saw, or the last one
    that there is. Two who send at the same moment make two branches. `parameters` are set for
    this answer and those that follow it. `attachments` are files that wait for a message. A new
    conversation is as its `beginning` says.
    """
    text = messages.checked(text, may_be_empty=bool(attachments))
    ref = await _model(user, conversation_id, model)
    await tokens.ready(catalogue.profile(ref).encoding)
    async with db.transaction() as session:
        if conversation_id is None:
            conversation = await conversations.start(
                session, user, title_of(text), temporary=temporary
            )
            if beginning is not None:
                beginning.give(conversation)
        else:
            conversation = await conversations.get(session, user, conversation_id)
        if parameters:
            profile = catalogue.profile(ref)
            conversation.parameters = merged(profile, conversation.parameters, parameters)
        parent_id = after or conversation.head_id
        history = await messages.branch(session, conversation, parent_id, HISTORY)
        if parent_id is not None:
            _finished(history)
        question = Message(
            conversation_id=conversation.id, parent_id=parent_id, role="user", content=text
        )
        session.add(question)
        answer = await _add_answer(session, conversation, question.id, ref)
        given = await attach(session, user, question, attachments)
        check_seen(ref, given)
        if given and not text and parent_id is None:
            conversation.title = title_of(given[0].name)
        job = await _prepare(session, user, conversation, answer, [*history, question])
    return _begin(user, job, conversation.id, question.id)


async def edit(
    user: User,
    message_id: str,
    text: str,
    *,
    model: str | None = None,
    attachments: Sequence[str] | None = None,
) -> Started:
    """Ask again in other words. What was asked and answered before stays, as an older version.

    It has the attachments of the older version, or only these of them, and any that wait.
    """
    await tokens.ready(catalogue.profile(model or "").encoding)
    async with db.transaction() as session:
        old = await messages.get(session, user, message_id)
        if old.role != "user":
            raise Invalid("Only a question can be edited.", code="not_a_question")
        conversation = await conversations.get(session, user, old.conversation_id)
        history = await messages.branch(session, conversation, old.parent_id, HISTORY)
        question = Message(conversation_id=conversation.id, parent_id=old.parent_id, role="user")
        session.add(question)
        ref = model or conversation.model or ""
        answer = await _add_answer(session, conversation, question.id, ref)
        given = await attach_again(session, user, question, old, attachments)
        check_seen(ref, given)
        question.content = messages.checked(text, may_be_empty=bool(given))
        job = await _prepare(session, user, conversation, answer, [*history, question])
    return _begin(user, job, conversation.id, question.id)


async def retry(user: User, message_id: str, *, model: str | None = None) -> Started:
    """Answer again. The answer that was there stays, as an older version."""
    await tokens.ready(catalogue.profile(model or "").encoding)
    async with db.transaction() as session:
        old, conversation = await _answer(session, user, message_id)
        ref = model or old.model or ""
        history = await messages.branch(session, conversation, old.parent_id, HISTORY)
        check_seen(ref, (await of(session, history[-1:])).get(old.parent_id or "", ()))
        answer = await _add_answer(session, conversation, old.parent_id, ref)
        job = await _prepare(session, user, conversation, answer, history)
    return _begin(user, job, conversation.id, None)


async def resume(user: User, message_id: str) -> Started:
    """Go on with an answer that was stopped, interrupted or cut by its length."""
    async with db.transaction() as session:
        answer, conversation = await _answer(session, user, message_id)
        _finished([answer])
        if answer.status == MessageStatus.COMPLETE and answer.finish_reason != "length":
            raise Conflict("This answer is complete.", code="answer_complete")
        history = await messages.branch(session, conversation, answer.id, HISTORY)
        job = await _prepare(session, user, conversation, answer, history)
        answer.status = MessageStatus.STREAMING
        answer.error_code = answer.error_message = answer.finish_reason = None
        answer.translation = ""  # the whole is translated in the end
    return _begin(user, job, conversation.id, None)


async def follow(user: User, run_id: str, after: int = 0) -> AsyncGenerator[Entry, None]:
    """The log of a run behind entry `after`: what there is, and then what comes, to its end."""
    await _visible(user, run_id)
    async with aclosing(engine.current().batches(run_id, after)) as batches:
        async for batch in batches:
            for entry in batch:
                yield entry


async def cancel(user: User, run_id: str) -> None:
    """Stop an answer. What has been said is kept."""
    await _visible(user, run_id)
    engine.current().cancel(run_id)


async def at_work(session: AsyncSession, message: Message) -> Run | None:
    """The run that is writing this message, if there is one."""
    if message.status != MessageStatus.STREAMING:
        return None
    query = select(Run).where(Run.message_id == message.id, col(Run.status).in_(OPEN))
    return (await session.exec(query)).first()


async def text_so_far(user: User, message_id: str, channel: str = "") -> str:
    """All that a message says now, with what a run at work has added.

    Its reasoning and its translation are channels of their own, `r` and `t`.
    """
    async with db.reading() as session:
        message = await messages.get(session, user, message_id)
        run = await at_work(session, message)
    entries = await engine.current().so_far(run.id) if run else ()
    kind, stored = {
        "r": (ReasoningDelta, message.reasoning),
        "t": (TranslationDelta, message.translation),
    }.get(channel, (TextDelta, message.content))
    said = "".join(entry.event.text for entry in entries if isinstance(entry.event, kind))
    return said or stored if channel else stored + said


async def newest(session: AsyncSession, conversation: Conversation) -> Run | None:
    """The run that began last in a conversation."""
    query = select(Run).where(Run.conversation_id == conversation.id)
    return (await session.exec(query.order_by(col(Run.id).desc()).limit(1))).first()


async def _visible(user: User, run_id: str) -> Run:
    async with db.reading() as session:
        run = (await session.exec(Run.visible_to(user).where(Run.id == run_id))).first()
    if run is None:
        raise NotFound("This answer is not there. It may have been deleted.")
    return run


async def _answer(
    session: AsyncSession, user: User, message_id: str
) -> tuple[Message, Conversation]:
    answer = await messages.get(session, user, message_id)
    if answer.role != "assistant":
        raise Invalid("Only an answer can be written again.", code="not_an_answer")
    return answer, await conversations.get(session, user, answer.conversation_id)


def _finished(branch: Sequence[Message]) -> None:
    """Nothing can follow a message that is not there, or is still being written."""
    if not branch:
        raise NotFound("The message that this follows is not there. Load the chat again.")
    if branch[-1].status == MessageStatus.STREAMING:
        raise Conflict(
            "An answer is still being written here. Stop it, or wait until it is done.",
            code="run_active",
        )


async def _model(user: User, conversation_id: str | None, model: str | None) -> str:
    """The model that was asked for, or the conversation's, or the first that there is."""
    if model is None and conversation_id is not None:
        async with db.reading() as session:
            model = (await conversations.get(session, user, conversation_id)).model
    return model or await paying.default(user)


async def _add_answer(
    session: AsyncSession, conversation: Conversation, parent_id: str | None, model: str
) -> Message:
    answer = Message(
        conversation_id=conversation.id,
        parent_id=parent_id,
        role="assistant",
        status=MessageStatus.STREAMING,
        model=model,
    )
    session.add(answer)
    await session.flush()
    conversation.model = model
    conversation.head_id = answer.id
    conversation.active_at = now()
    return answer


async def _prepare(
    session: AsyncSession,
    user: User,
    conversation: Conversation,
    answer: Message,
    history: Sequence[Message],
) -> Job:
    """The run's row, and what the engine needs to do it. `history` is what the model may see."""
    access.check(user, Action.CHAT)
    worker = engine.current()
    worker.slots.check(user.id)
    provider, profile, payer = await paying.find(user, answer.model or "", session)
    wanted = fitted(profile, conversation.parameters)
    sent = profile.taken(wanted)
    prompt = wanted.get("system_prompt")
    planned = await context.planned(
        session, conversation, profile, history, resumed=bool(answer.content)
    )
    check(planned.plan)
    answer.left_out = planned.plan.dropped
    run = Run(
        user_id=user.id,
        conversation_id=conversation.id,
        message_id=answer.id,
        model=answer.model or "",
        parameters={**sent, "system_prompt": prompt} if prompt else sent,
        plan=stored(planned.plan),
        owner=worker.worker_id,
    )
    session.add(run)
    turns = await planned.turns(context.picture)
    going_on = None
    if wanted.get("max_output_tokens") is None:
        going_on = GoingOn(settings().continuations, profile.context_window)
    translation = translations.wanted(conversation, profile, history, answer)
    estimate = _estimate(profile, planned.plan, translated=translation is not None)
    await budgets.reserve(
        session,
        user,
        answer.model or "",
        estimate,
        run_id=run.id,
        payer=payer.account,
    )
    return Job(
        run.id,
        answer.id,
        user.id,
        provider,
        Request(profile.model, turns, sent),
        said=answer.content,
        price=profile.cost,
        going_on=going_on,
        translation=translation,
    )


def _estimate(profile: Profile, plan: Plan, *, translated: bool) -> Estimate:
    """What an answer may use. One that is translated is read and written once more."""
    prompt, output = plan.tokens, plan.output
    if translated:
        prompt, output = prompt + output, 2 * output
    return Estimate(prompt, output, profile.cost(prompt, output) or 0)


def _begin(user: User, job: Job, conversation_id: str, question_id: str | None) -> Started:
    def then(ended: Ended) -> None:
        tell(user.id, RunEnded(conversation_id, job.run_id, job.message_id))
        titles.suggest(user, conversation_id, job, ended)
        engine.current().beside(budgets.remind(user), f"budget of {user.id}")

    engine.current().begin(job, then)
    notice = RunStarted(
        conversation_id, job.run_id, job.message_id, question_id, offset=len(job.said)
    )
    tell(user.id, notice)
    tell(user.id, ListChanged(conversation_id))
    return Started(conversation_id, question_id, job.message_id, job.run_id)
