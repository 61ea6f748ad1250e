"""A page without a browser: it speaks what Reflex's pages speak, and notes when text arrives.

Socket.IO 5 over Engine.IO 4: `40` connects, `42` is an event, `2` and `3` are ping and pong.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

STATE = "reflex___state____state"
CHAT = f"{STATE}.ioverse_app___ui___chats___state____chat_state"
NAMESPACE = "/_event"


@dataclass
class Arrival:
    """Text that arrived: at this moment, at this offset."""

    at: float
    offset: int
    text: str


@dataclass
class PageClient:
    """One person with one page."""

    base_url: str
    cookie: str
    arrivals: list[Arrival] = field(default_factory=list)
    bytes_received: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    running: bool = False
    path: str = "/chat"

    async def open(self) -> None:
        """Load the page and wait until it has what it shows."""
        address = self.base_url.replace("http", "ws", 1)
        self._socket: ClientConnection = await connect(
            f"{address}/_event/?token={uuid.uuid4()}&EIO=4&transport=websocket",
            additional_headers={"Cookie": self.cookie, "Origin": self.base_url},
            compression=None,
            max_size=None,
        )
        await self._socket.recv()
        boot = {"name": f"{STATE}.hydrate_and_load", "payload": {}, "router_data": self._route()}
        await self._socket.send(f"40{NAMESPACE},{json.dumps({'event': boot})}")
        self._reader = asyncio.create_task(self._read())
        await asyncio.wait_for(self.ready.wait(), 30)

    async def fire(self, handler: str, **payload: Any) -> None:
        """Send an event of the chat screen."""
        event = {"name": f"{CHAT}.{handler}", "payload": payload, "router_data": self._route()}
        await self._socket.send(f"42{NAMESPACE},{json.dumps(['event', event])}")

    async def ask(self, text: str) -> None:
        """Send a message."""
        self.done.clear()
        self.running = False
        form = {"__reflex_form_data__": [["message", text]]}
        await self.fire("send", form=form)

    async def close(self) -> None:
        """Leave."""
        self._reader.cancel()
        await self._socket.close()

    @property
    def text(self) -> str:
        """The answer so far, put together by offsets."""
        text = ""
        for arrival in self.arrivals:
            if arrival.offset <= len(text):
                text = (
                    text[: arrival.offset]
                    + arrival.text
                    + text[arrival.offset + len(arrival.text) :]
                )
        return text

    def _route(self) -> dict[str, Any]:
        return {"pathname": self.path, "asPath": self.path}

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in self._socket:
                at = time.monotonic()
                self.bytes_received += len(frame)
                if frame == "2":
                    await self._socket.send("3")
                elif frame.startswith(f"42{NAMESPACE},"):
                    await self._take(at, json.loads(frame.partition(",")[2])[1])

    async def _take(self, at: float, update: dict[str, Any]) -> None:
        for event in update.get("events", ()):
            await self._apply(at, event)
        chat = (update.get("delta") or {}).get(CHAT, {})
        if chat.get("model_rx_state_"):
            self.ready.set()
        running = chat.get("running_id_rx_state_")
        if running:
            self.running = True
        elif running == "" and self.running:
            self.done.set()

    async def _apply(self, at: float, event: dict[str, Any]) -> None:
        payload = event.get("payload", {})
        if event["name"] == "_set_value" and payload["ref"] == "t":
            value = payload["value"]
            for _, offset, text in value if isinstance(value[0], list) else [value]:
                if text and self.running:
                    self.arrivals.append(Arrival(at, offset, text))
        elif event["name"] == "_redirect":
            self.path = payload["path"]
            load = f"{STATE}.reflex___state____on_load_internal_state.on_load_internal"
            event = {"name": load, "payload": {}, "router_data": self._route()}
            await self._socket.send(f"42{NAMESPACE},{json.dumps(['event', event])}")


async def register(base_url: str, name: str) -> str:
    """A new account; the answer is its cookie."""
    form = {
        "username": name,
        "email": f"{name}@example.org",
        "password": "a fine long passphrase",
        "confirm_password": "a fine long passphrase",
        "next": "/chat",
    }
    async with httpx.AsyncClient(base_url=base_url) as client:
        answer = await client.post("/auth/register", data=form, headers={"Origin": base_url})
        if "ioverse_session" not in client.cookies:
            raise RuntimeError(f"{answer.status_code} {answer.headers.get('location')}")
        return f"ioverse_session={client.cookies['ioverse_session']}"
