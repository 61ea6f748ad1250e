"""One response, produced: its numbered events, what it costs, and what is kept of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Any

from ioverse_app.errors import AppError, NotFound
from ioverse_app.providers.events import Usage
from ioverse_app.services.gateway import caller
from ioverse_app.services.gateway.caller import Caller
from ioverse_app.services.gateway.chat import KIND
from ioverse_app.services.gateway.responses import envelope, form, stored
from ioverse_app.services.gateway.responses.form import Item
from ioverse_app.services.metered import OUTPUT, Tally
from ioverse_app.services.paying import Answerer
from ioverse_app.tables import StoredResponse, new_id

Event = dict[str, Any]

ENCRYPTED = "reasoning.encrypted_content"
_ENDS = ("completed", "incomplete")
_OURS = ("response.created", "response.queued", "response.in_progress")
_NOT_PASSED = (
    "stream",
    "stream_options",
    "background",
    "store",
    "previous_response_id",
    "metadata",
)


class Production:
    """A response that was asked for. `events` produces it, once."""

    def __init__(
        self,
        who: Caller,
        body: dict[str, Any],
        answerer: Answerer,
        input: list[Item],
        before: list[Item],
        previous: StoredResponse | None,
    ) -> None:
        status = "queued" if body.get("background") else "in_progress"
        self.who = who
        self.response = envelope.begun(stored.PREFIX + new_id(), body, status)
        self._body = body
        self._answerer = answerer
        self._input = input
        self._before = before
        self._previous = previous
        self._number = 0
        self._letters = 0

    @classmethod
    async def of(cls, who: Caller, body: dict[str, Any]) -> Production:
        """One for this request, which is checked. It is not begun yet."""
        form.check(body)
        input = form.items(body["input"])
        answerer = await caller.answerer(who.user, body["model"])
        previous, before = None, list[Item]()
        if named := body.get("previous_response_id"):
            previous, before = await stored.history(who.user, named)
        return cls(who, body, answerer, _resolved(input, before), before, previous)

    async def events(self) -> AsyncGenerator[list[Event], None]:
        """The events, those that came together in one list.

        What fails before the first of them is raised; later it is an event of its own.
        """
        asked = self._asked()
        prompt = caller.size([asked["input"], asked.get("instructions")])
        output = self._body.get("max_output_tokens") or OUTPUT
        begun = False
        try:
            async with self.who.reserved(self._answerer, prompt, output, KIND) as tally:
                async with aclosing(self._answerer.provider.respond(asked)) as upstream:
                    async for together in upstream:
                        theirs = [e for e in together if e["type"] not in _OURS]
                        events = self._numbered(theirs if begun else [*self._first(), *theirs])
                        begun = True
                        tally.said = -(-self._letters // 3)
                        if self.response["status"] in _ENDS:
                            _count(tally, self.response["usage"])
                            await self.keep()
                        if events:
                            yield events
        except AppError as error:
            if not begun:
                raise
            yield [await self.fail(error)]

    def queued(self) -> list[Event]:
        """The events of one that nobody waits for."""
        kinds = ("response.created", "response.queued")
        return self._numbered([{"type": kind} for kind in kinds])

    async def fail(self, error: AppError) -> Event:
        """It failed: keep that, and the event that says so."""
        envelope.failed(self.response, error.code, error.message)
        await self.keep()
        return self._numbered([{"type": "response.failed"}])[0]

    async def keep(self) -> None:
        """Write it down, if it is to be stored."""
        if self.response["store"]:
            await stored.keep(self.who.user, self.response, self._input, self._previous)

    def _first(self) -> list[Event]:
        was_queued = self.response["status"] == "queued"
        self.response["status"] = "in_progress"
        kinds = _OURS[2:] if was_queued else ("response.created", "response.in_progress")
        return [{"type": kind} for kind in kinds]

    def _asked(self) -> dict[str, Any]:
        """What goes to the provider: the whole input, under its own name for the model."""
        given = {k: v for k, v in self._body.items() if v is not None and k not in _NOT_PASSED}
        items = [*self._before, *self._input]
        asked = {**given, "model": self._answerer.profile.model, "input": list(_sendable(items))}
        if self._answerer.profile.reasoning_efforts:
            asked["include"] = [*{ENCRYPTED, *given.get("include", ())}]
        return asked

    def _numbered(self, events: Iterable[Event]) -> list[Event]:
        out: list[Event] = []
        for event in events:
            kind = event["type"]
            if kind == "response.output_item.done":
                self.response["output"].append(event["item"])
            elif kind.endswith(".delta"):
                self._letters += len(event.get("delta") or "")
            elif "response" in event:
                envelope.ended(self.response, kind.removeprefix("response."), event["response"])
            if kind in _WITH_RESPONSE:
                told = {**self.response, "output": list(self.response["output"])}
                event = {"type": kind, "response": told}
            out.append({**event, "sequence_number": self._number})
            self._number += 1
        return out


_WITH_RESPONSE = (*_OURS, "response.completed", "response.incomplete", "response.failed")


def _resolved(input: list[Item], before: list[Item]) -> list[Item]:
    """References to items that are known already are what they stand for: nothing new."""
    known = {item.get("id") for item in before}
    for item in input:
        if item["type"] == "item_reference" and item["id"] not in known:
            raise NotFound(f"There is no item '{item['id'][:100]}'.", param="input")
    return [item for item in input if item["type"] != "item_reference"]


def _sendable(items: Iterable[Item]) -> Iterable[Item]:
    """Without the ids that only this server knows, and thoughts that cannot be sent back."""
    for item in items:
        if item["type"] == "reasoning":
            if item.get("encrypted_content"):
                yield item
        else:
            yield {k: v for k, v in item.items() if k not in ("id", "status")}


def _count(tally: Tally, usage: Any) -> None:
    if not isinstance(usage, dict):
        return
    into, out = usage.get("input_tokens_details") or {}, usage.get("output_tokens_details") or {}
    tally.usage = Usage(
        usage.get("input_tokens") or 0,
        usage.get("output_tokens") or 0,
        into.get("cached_tokens") or 0,
        out.get("reasoning_tokens") or 0,
    )
