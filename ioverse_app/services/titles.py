"""Titles of conversations: the first words of the question, and then what a model makes of it."""

from __future__ import annotations

import asyncio
import logging
import re
import textwrap
from contextlib import aclosing

from ioverse_app import db
from ioverse_app.engine import engine
from ioverse_app.engine.events import Ended
from ioverse_app.engine.job import Job
from ioverse_app.errors import AppError, Invalid
from ioverse_app.providers import catalogue
from ioverse_app.providers.catalogue import Profile
from ioverse_app.providers.events import Finished, TextDelta
from ioverse_app.providers.provider import Request, Turn
from ioverse_app.services import conversations, messages, metered, paying
from ioverse_app.services.paying import Answerer
from ioverse_app.tables import RunStatus, User
from ioverse_app.tables.conversation import NEW_TITLE

logger = logging.getLogger(__name__)

WIDTH = 48
WORDS = 5
LONGEST = 60
CUT_WORDS = 8
"""A title of more words than these is no title; one of fewer is cut to `WORDS`."""

SECONDS = 10.0
TEMPERATURE = 0.5
OUTPUT = 20
LOOKED_AT = 1000
"""Messages of a chat that a title is made from."""

QUESTION, ANSWER = 2000, 1000
"""How many characters of each the model is shown."""

PROMPT = (
    "You give titles to conversations. Reply with one title of at most five words, in the "
    "language that the conversation is held in. Reply with the title alone: no quotation marks, "
    "no prefix, no full stop."
)
PREFIX = re.compile(
    r"^(?:(?:chat|conversation)\s+)?(?:title|titel|titre|título|titolo)\s*[:：]\s*", re.I
)
ORNAMENTS = " \t\"'`*_#“”„‟‘’‚«»‹›「」『』"
ENDS = ".。．…,;:"
SILLY = {NEW_TITLE.lower(), "title", "untitled", "conversation", "chat", "none", "n/a"}


def title_of(question: str) -> str:
    """The first words of a question, as the title of its conversation."""
    line = next((line for line in question.splitlines() if line.strip(" #>*-`\t")), "")
    line = line.strip(" #>*-`\t")
    short = textwrap.shorten(line, WIDTH, placeholder="…") if line else NEW_TITLE
    if short == "…":  # one word longer than the title may be, or a script without spaces
        short = line[: WIDTH - 1] + "…"
    return short[:1].upper() + short[1:]


def suggest(user: User, conversation_id: str, job: Job, ended: Ended) -> None:
    """Let the model that gave a chat's first answer find its title as well. Nobody waits for it."""
    asked = [turn for turn in job.request.turns if turn.role != "system"]
    if ended.status != RunStatus.COMPLETED or len(asked) != 1:
        return
    profile = catalogue.profile(f"{job.provider.name}/{job.request.model}")
    if profile.titles:
        work = _suggest(user, conversation_id, job.message_id, profile)
        engine.current().beside(work, f"title of {conversation_id}")


async def found(user: User, conversation_id: str, ref: str) -> str:
    """A title for a chat, by this model; the first words of its question where that gives none."""
    async with db.reading() as session:
        conversation = await conversations.get(session, user, conversation_id)
        branch = await messages.branch(session, conversation, conversation.head_id, LOOKED_AT)
    question = next((one.content for one in branch if one.role == "user"), "")
    answer = next((one.content for one in branch if one.role == "assistant"), "")
    if not question:
        raise Invalid("There is nothing to find a title for yet.", code="chat_empty")
    answerer = await paying.find(user, ref)
    title = ""
    if answerer.profile.titles:
        try:
            async with asyncio.timeout(SECONDS):
                title = tidied(await _ask(user, answerer, question, answer))
        except TimeoutError:
            logger.info("No title for chat %s: it took too long", conversation_id)
    return title or title_of(question)


def tidied(said: str) -> str:
    """What a model said as a title, or "" when it is none."""
    lines = [line for line in said.splitlines() if line.strip()]
    if len(lines) != 1 or "<" in said:  # an essay, or thoughts
        return ""
    title = PREFIX.sub("", lines[0].strip(ORNAMENTS)).strip(ORNAMENTS)
    words = title.rstrip(ENDS + ORNAMENTS).split()
    if len(words) > CUT_WORDS:
        return ""
    title = " ".join(words[:WORDS]).rstrip(ENDS + ORNAMENTS)
    if len(title) > LONGEST or title.lower() in SILLY or not any(c.isalnum() for c in title):
        return ""
    return title[:1].upper() + title[1:]


async def _suggest(user: User, conversation_id: str, answer_id: str, profile: Profile) -> None:
    try:
        async with db.reading() as session:
            conversation = await conversations.get(session, user, conversation_id)
            answer = await messages.get(session, user, answer_id)
            if answer.parent_id is None:
                return
            question = await messages.get(session, user, answer.parent_id)
        first = title_of(question.content)
        if question.parent_id is not None or conversation.title != first or conversation.temporary:
            return
        async with asyncio.timeout(SECONDS):
            told = answer.translation or answer.content
            answerer = await paying.find(user, profile.ref)
            said = await _ask(user, answerer, question.content, told)
        if title := tidied(said):
            await _set(user, conversation_id, first, title)
    except (AppError, TimeoutError) as error:
        logger.info("No title for chat %s: %s", conversation_id, error or "it took too long")
    except Exception:
        logger.exception("The title of chat %s could not be made", conversation_id)


async def _ask(user: User, answerer: Answerer, question: str, answer: str) -> str:
    """What the model says, or "" when it did not come to its end."""
    said = ""
    provider, profile, payer = answerer
    request = _request(profile, question, answer)
    asked = metered.stream(user, provider, profile, request, kind="title", payer=payer.account)
    async with aclosing(asked) as events:
        async for event in events:
            match event:
                case TextDelta(text=text):
                    said += text
                    if len(said) > 4 * LONGEST:
                        return ""
                case Finished(reason=reason):
                    return said if reason == "stop" else ""
                case _:
                    pass
    return ""


def _request(profile: Profile, question: str, answer: str) -> Request:
    parameters = {
        "temperature": TEMPERATURE,
        "max_output_tokens": OUTPUT,
        "reasoning_effort": profile.least_effort,
    }
    talk = f"Question:\n{question[:QUESTION]}\n\nAnswer:\n{answer[:ANSWER]}\n\nTitle:"
    turns = [Turn("system", PROMPT), Turn("user", talk)]
    return Request(profile.model, turns, profile.taken(parameters))


async def _set(user: User, conversation_id: str, first: str, title: str) -> None:
    """Give the chat this title, unless its person was quicker."""
    async with db.transaction() as session:
        conversation = await conversations.get(session, user, conversation_id)
        if conversation.title == first and title != first:
            await conversations.rename(session, user, conversation_id, title)
