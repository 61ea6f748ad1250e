"""What the model sees: the parts of a request, and those that fit into its window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ioverse_app.engine import tokens
from ioverse_app.errors import Invalid
from ioverse_app.tables import InContext

Kind = Literal["system", "message", "attachment", "image", "instruction"]
Role = Literal["system", "user", "assistant"]
Reason = Literal["", "room", "excluded", "cut", "no_vision"]

EXACT_A_TURN, ABOUT_A_TURN = 4, 8
"""What the role and the separators of a turn cost: as OpenAI counts them, and as a safe guess."""

LEFT_OUT = "(This question was left out.)"
"""What stands before an answer whose question is not sent: some models want one before each."""

WORTH_CUTTING = 50
"""A file is cut to what has room, but not to fewer tokens than these."""


@dataclass(frozen=True, slots=True)
class Part:
    """A text or a picture of a request. `reason` says why it, or the rest of it, is not sent.

    The text of an attachment is the file's; `said` is how it stands in the request, and what
    `tokens` count.
    """

    kind: Kind
    role: Role
    text: str = ""
    tokens: int = 0
    message_id: str = ""
    attachment_id: str = ""
    name: str = ""
    mark: InContext = InContext.AS_FITS
    reason: Reason = ""
    translated: bool = False

    @property
    def said(self) -> str:
        """The text as it stands in the request."""
        return framed(self) if self.kind in ("attachment", "image") else self.text


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent and what is not, each in its order, and how that was counted.

    `left_out` also has the rest of each file that was cut. `older` messages were not looked at.
    `separators` are the tokens of what stands between the turns.
    """

    parts: Sequence[Part]
    left_out: Sequence[Part]
    window: int
    output: int
    encoding: str
    separators: int = 0
    older: int = 0

    @property
    def tokens(self) -> int:
        """What all of it takes."""
        return self.separators + sum(part.tokens for part in self.parts)

    @property
    def room(self) -> int:
        """What it may take at most."""
        return self.window - self.output

    @property
    def exact(self) -> bool:
        """Whether every text was counted. Pictures are always an estimate."""
        return all(
            part.kind != "image" and tokens.is_exact(self.encoding, part.text)
            for part in self.parts
        )

    @property
    def dropped(self) -> int:
        """How many messages had no room."""
        return self.older + sum(p.kind == "message" and p.reason == "room" for p in self.left_out)


@dataclass(frozen=True, slots=True)
class Block:
    """A message with its attachments: they are sent together, or not at all."""

    parts: Sequence[Part]
    beside: int
    """The tokens that it takes besides those of its parts."""

    @property
    def tokens(self) -> int:
        """What it takes."""
        return self.beside + sum(part.tokens for part in self.parts)

    @property
    def pinned(self) -> bool:
        """Whether it is sent in any case."""
        return self.parts[0].mark == InContext.PINNED

    @property
    def asks(self) -> bool:
        """Whether a pair begins with it."""
        return self.parts[0].role == "user" and self.parts[0].kind != "instruction"


def plan(
    parts: Sequence[Part],
    *,
    window: int,
    output: int,
    encoding: str = "",
    asked: bool = True,
    older: int = 0,
) -> Plan:
    """Choose what is sent of these parts, which are in order and counted.

    The system prompt, what is pinned and, when something is `asked`, the last question with what
    follows it are always sent; what is excluded never is. Of the others the oldest are left out,
    a question with its answer. Files of the last question are cut to the room that there is.
    """
    a_turn = EXACT_A_TURN if encoding else ABOUT_A_TURN
    system = [part for part in parts if part.kind == "system"]
    others = [part for part in parts if part.kind != "system"]
    excluded = [replace(p, reason="excluded") for p in others if p.mark == InContext.EXCLUDED]
    instead = _instead(encoding)
    pairs = _pairs(_blocks(others, a_turn, instead))
    last = pairs.pop() if asked and pairs else []
    room = window - output - sum(part.tokens + a_turn for part in system)
    room -= sum(block.tokens for pair in pairs for block in pair if block.pinned)
    needed = sum(block.tokens for block in last)
    rests: list[Part] = []
    if needed > room:
        last, rests = _cut(last, room - needed, encoding)
        needed = sum(block.tokens for block in last)
    kept, gone = _newest(pairs, room - needed)
    sent = _with_questions((p for block in [*kept, *last] for p in block.parts), instead)
    dropped = [replace(part, reason="room") for block in gone for part in block.parts]
    left_out = sorted([*excluded, *dropped, *rests], key=lambda part: part.message_id)
    separators = a_turn * len(texts([*system, *sent]))
    return Plan([*system, *sent], left_out, window, output, encoding, separators, older)


def check(plan: Plan) -> None:
    """Raise Invalid, with what is too long, for a plan that does not fit into the window."""
    if plan.tokens <= plan.room:
        return
    a_turn = EXACT_A_TURN if plan.encoding else ABOUT_A_TURN
    system = [part for part in plan.parts if part.kind == "system"]
    fixed = sum(part.tokens + a_turn for part in system)
    if fixed >= plan.room:
        raise Invalid(
            f"The system prompt has {_said(plan.encoding, system)} tokens; this model takes "
            f"{plan.room:,} with an answer of this length. Shorten one of them, or choose a model "
            "with a larger window.",
            code="system_prompt_too_long",
        )
    others = [part for part in plan.parts if part.kind != "system"]
    asking = [p.message_id for p in others if p.kind == "message" and p.role == "user"]
    message = [part for part in others if asking and part.message_id == asking[-1]]
    if fixed + a_turn + sum(part.tokens for part in message) > plan.room:
        raise Invalid(
            f"This message has {_said(plan.encoding, message)} tokens; this model takes "
            f"{plan.room - fixed - a_turn:,}. Shorten it, or choose a model with a larger window.",
            code="message_too_long",
        )
    pinned = [p for p in others if p.mark == InContext.PINNED and p not in message]
    if pinned:
        has_room = plan.room - plan.tokens + sum(part.tokens for part in pinned)
        raise Invalid(
            f"The pinned messages have {_said(plan.encoding, pinned)} tokens; beside this message "
            f"this model takes {has_room:,}. Unpin some, or choose a model with a larger window.",
            code="pinned_too_long",
        )
    raise Invalid(
        f"This answer has become too long to go on: with its question it has "
        f"{_said(plan.encoding, others)} tokens, and this model takes "
        f"{plan.room - fixed - plan.separators:,}. Choose a model with a larger window.",
        code="answer_too_long",
    )


def texts(parts: Iterable[Part]) -> list[tuple[Role, str, list[Part]]]:
    """The turns that these parts make: whose, the text, and its pictures.

    Neighbours of one role are one turn, since some models want question and answer in turn.
    """
    made: list[tuple[Role, str, list[Part]]] = []
    for part in parts:
        pictures = [part] if part.kind == "image" and not part.reason else []
        if made and made[-1][0] == part.role:
            role, before, seen = made[-1]
            joined = "\n\n".join(text for text in (before, part.said) if text)
            made[-1] = (role, joined, [*seen, *pictures])
        else:
            made.append((part.role, part.said, pictures))
    return made


def framed(part: Part) -> str:
    """A file's text between two lines that name it. A picture is sent itself, if it can be."""
    name = " ".join(part.name.replace('"', "'").split())
    if part.kind == "image":
        return f'[The picture "{name}" is not shown to this model.]' if part.reason else ""
    cut = "\n[The rest of this file did not fit.]" if part.reason == "cut" else ""
    return f'<file name="{name}">\n{part.text}{cut}\n</file>'


def stored(plan: Plan) -> dict[str, Any]:
    """The plan as it is kept with its run: what can be read elsewhere is not kept again."""
    return {
        "window": plan.window,
        "output": plan.output,
        "tokens": plan.tokens,
        "counted": plan.encoding or tokens.ESTIMATE,
        "exact": plan.exact,
        "separators": plan.separators,
        "older": plan.older,
        "parts": [_stored(part) for part in plan.parts],
        "left_out": [_stored(part) for part in plan.left_out],
    }


def _stored(part: Part) -> dict[str, Any]:
    own = part.text if part.kind in ("system", "instruction") else ""
    values = {
        "kind": part.kind,
        "message_id": part.message_id,
        "role": part.role,
        "tokens": part.tokens,
        "characters": len(part.text),
        "text": own,
        "attachment_id": part.attachment_id,
        "name": part.name,
        "pinned": part.mark == InContext.PINNED,
        "reason": part.reason,
        "translated": part.translated,
    }
    return {name: value for name, value in values.items() if value}


def restored(data: Mapping[str, Any], text_of: Callable[[Part, int], str]) -> Plan:
    """A plan that was kept. `text_of` a part and its number of characters is what was sent."""

    def part(kept: Mapping[str, Any]) -> Part:
        values = dict(kept)
        characters = values.pop("characters", 0)
        mark = InContext.PINNED if values.pop("pinned", False) else InContext.AS_FITS
        found = Part(mark=mark, **values)
        return found if found.text else replace(found, text=text_of(found, characters))

    return Plan(
        [part(kept) for kept in data["parts"]],
        [part(kept) for kept in data["left_out"]],
        data["window"],
        data["output"],
        "" if data["counted"] == tokens.ESTIMATE else data["counted"],
        data["separators"],
        data["older"],
    )


def _instead(encoding: str) -> Part:
    return Part("instruction", "user", LEFT_OUT, tokens.count(encoding, LEFT_OUT))


def _blocks(parts: Iterable[Part], a_turn: int, instead: Part) -> list[Block]:
    found: list[list[Part]] = []
    for part in parts:
        if found and part.message_id and found[-1][0].message_id == part.message_id:
            found[-1].append(part)
        else:
            found.append([part])
    made: list[Block] = []
    for before, one in zip([None, *found], found, strict=False):
        follows = before and before[0].role == "user" and before[0].mark != InContext.EXCLUDED
        alone = not follows or one[0].mark == InContext.PINNED
        question = instead.tokens + a_turn if one[0].role == "assistant" and alone else 0
        made.append(Block(one, a_turn + question))
    return made


def _pairs(blocks: Iterable[Block]) -> list[list[Block]]:
    """Each question with what follows it, without what is excluded."""
    found: list[list[Block]] = []
    for block in blocks:
        if block.asks or not found:
            found.append([])
        if block.parts[0].mark != InContext.EXCLUDED:
            found[-1].append(block)
    return found


def _newest(pairs: Sequence[Sequence[Block]], room: int) -> tuple[list[Block], list[Block]]:
    """Those that fit, and those that do not. What is pinned has its room already."""
    kept: list[Block] = []
    gone: list[Block] = []
    for pair in reversed(pairs):
        free = [block for block in pair if not block.pinned]
        room -= sum(block.tokens for block in free)
        fits = room >= 0 and not gone
        kept[:0] = pair if fits else [block for block in pair if block.pinned]
        if not fits:
            gone[:0] = free
    return kept, gone


def _with_questions(parts: Iterable[Part], instead: Part) -> list[Part]:
    """The parts, with something before each answer whose question is not sent."""
    made: list[Part] = []
    for part in parts:
        if part.role == "assistant" and (not made or made[-1].role != "user"):
            made.append(instead)
        made.append(part)
    return made


def _cut(blocks: Sequence[Block], missing: int, encoding: str) -> tuple[list[Block], list[Part]]:
    """The blocks without what is too much of their files, and the rests. `missing` is negative."""
    made: list[Block] = []
    rests: list[Part] = []
    for block in blocks:
        parts: list[Part] = []
        for part in block.parts:
            if missing >= 0 or part.kind != "attachment":
                parts.append(part)
                continue
            kept = _cut_one(part, part.tokens + missing, encoding)
            left = kept.tokens if kept else 0
            missing += part.tokens - left
            reason: Reason = "cut" if kept else "room"
            rests.append(replace(part, tokens=part.tokens - left, reason=reason))
            parts += [kept] if kept else []
        if parts:
            made.append(replace(block, parts=parts))
    return made, rests


def _cut_one(part: Part, room: int, encoding: str) -> Part | None:
    """As much of a file as has room."""
    empty = replace(part, text="", reason="cut")
    text = tokens.fit(encoding, part.text, room - tokens.count(encoding, empty.said) - 1)
    if tokens.count(encoding, text) < WORTH_CUTTING:
        return None
    kept = replace(empty, text=text)
    return replace(kept, tokens=tokens.count(encoding, kept.said))


def _said(encoding: str, parts: Sequence[Part]) -> str:
    """So many tokens, or about so many."""
    exact = all(p.kind != "image" and tokens.is_exact(encoding, p.text) for p in parts)
    return f"{'' if exact else 'about '}{sum(part.tokens for part in parts):,}"
