"""`/v1/chat/completions` with many streams at once: how much later a chunk is, and what it costs.

Beside it, where asked for, the usual thing: FastAPI and the official SDK (`naive_relay.py`).
"""

from __future__ import annotations

import asyncio
import json
import time
from urllib.parse import urlsplit

import httpx
from upstream import TEXT

MODEL = "50x12"
QUANTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


async def new_key(base_url: str) -> str:
    """An account, and an API key of it."""
    person = {"username": "grace", "email": "grace@example.org", "password": "fjord-lantern-7781"}
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as client:
        token = (await client.post("/api/register", json=person)).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        made = await client.post("/api/keys", json={"name": "bench"}, headers=headers)
        return made.json()["secret"]


async def gateway(streams: int, base_url: str, upstream_url: str, server, model: str, key: str):
    """`streams` programs ask at the same moment; figures in milliseconds."""

    async def ask(name: str, seconds: float = 300) -> list[tuple[float, bytes]]:
        return await _ask(base_url, key, model, name, seconds)

    await asyncio.gather(*(ask(f"warm{i}", 1) for i in range(3)))
    await _journal(upstream_url)
    alone = []
    for number in range(7):
        arrivals = _arrivals(await ask(f"alone{number}", 0.3))
        (entry,) = await _journal(upstream_url)
        first = next(at for at, have in arrivals if have)
        alone.append(1000 * (first - entry["sent"][0]))
    cpu = server.cpu_seconds()
    names = [f"one{i}" for i in range(streams)]
    raw = await asyncio.gather(*map(ask, names))
    cpu = server.cpu_seconds() - cpu
    journal = await _journal(upstream_url)
    found = [_arrivals(reads) for reads in raw]
    sent = {entry["user"]["content"]: entry for entry in journal}
    late = sorted(
        1000 * delay
        for name, arrivals in zip(names, found, strict=True)
        for delay in _delays(arrivals, sent[name])
    )
    chunks = sum(len(entry["sent"]) for entry in journal)
    return {
        "first_byte_ms": round(sorted(alone)[len(alone) // 2], 1),
        "latency_ms": {name: round(late[int(len(late) * q)], 1) for name, q in QUANTILES},
        "cpu_ms_per_chunk": round(1000 * cpu / chunks, 4),
        "chunks": chunks,
        "whole": sum(arrivals[-1][1] == len(TEXT) for arrivals in found),
        "memory_mb": round(server.memory_mb()),
    }


async def _journal(upstream_url: str) -> list[dict]:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{upstream_url}/journal")).json()


async def _ask(
    base_url: str, key: str, model: str, name: str, seconds: float
) -> list[tuple[float, bytes]]:
    """When which bytes came. They are read later: this side should cost next to nothing."""
    address = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    asked = {"model": model, "stream": True, "messages": [{"role": "user", "content": name}]}
    body = json.dumps(asked).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode() + body)
    reads = []
    until = time.monotonic() + seconds
    while time.monotonic() < until and (data := await reader.read(65536)):
        reads.append((time.monotonic(), data))
    writer.close()
    return reads


def _arrivals(reads: list[tuple[float, bytes]]) -> list[tuple[float, int]]:
    """When how many characters had arrived."""
    arrivals, have, rest = [], 0, b""
    for at, data in reads:
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"data: {"):
                choices = json.loads(line[6:])["choices"]
                have += len((choices[0]["delta"].get("content") or "") if choices else "")
        arrivals.append((at, have))
    return arrivals


def _delays(arrivals, entry) -> list[float]:
    delays, chunk = [], 0
    for at, have in arrivals:
        while chunk < len(entry["sent"]) and min((chunk + 1) * entry["size"], len(TEXT)) <= have:
            delays.append(at - entry["sent"][chunk])
            chunk += 1
    return delays
