"""`/v1/chat/completions` with many streams at once: how much later a chunk is, and what it costs.

Beside it, where asked for, the usual thing: FastAPI and the official SDK (`naive_relay.py`).
"""

from __future__ import annotations

import asyncio
import json
import time

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
        return made.json()["key"]


async def gateway(streams: int, base_url: str, upstream_url: str, server, model: str, key: str):
    """`streams` programs ask at the same moment; figures in milliseconds."""
    limits = httpx.Limits(max_connections=streams + 10)
    async with httpx.AsyncClient(limits=limits, timeout=300) as client:
        headers = {"Authorization": f"Bearer {key}"}
        ask = [_one(client, base_url, headers, model, f"warm{i}") for i in range(5)]
        await asyncio.gather(*ask)
        firsts = []
        for number in range(15):
            arrivals = await _one(client, base_url, headers, model, f"alone{number}", first=True)
            firsts.append((f"alone{number}", arrivals[0][0]))
        await asyncio.sleep(0.5)
        journal = (await client.get(f"{upstream_url}/journal")).json()
        began = {entry["user"]["content"]: entry["sent"][0] for entry in journal}
        alone = sorted(1000 * (at - began[name]) for name, at in firsts)
        cpu = server.cpu_seconds()
        names = [f"one{i}" for i in range(streams)]
        found = await asyncio.gather(*(_one(client, base_url, headers, model, n) for n in names))
        cpu = server.cpu_seconds() - cpu
        journal = (await client.get(f"{upstream_url}/journal")).json()
    sent = {entry["user"]["content"]: entry for entry in journal}
    late = sorted(
        1000 * delay
        for name, arrivals in zip(names, found, strict=True)
        for delay in _delays(arrivals, sent[name])
    )
    chunks = sum(len(entry["sent"]) for entry in journal)
    return {
        "first_byte_ms": round(alone[len(alone) // 2], 1),
        "latency_ms": {name: round(late[int(len(late) * q)], 1) for name, q in QUANTILES},
        "cpu_ms_per_chunk": round(1000 * cpu / chunks, 4),
        "chunks": chunks,
        "whole": sum(arrivals[-1][1] == len(TEXT) for arrivals in found),
        "memory_mb": round(server.memory_mb()),
    }


async def _one(client, base_url, headers, model, name, *, first=False):
    """When how many characters had arrived."""
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": name}]}
    arrivals, have = [], 0
    url = f"{base_url}/v1/chat/completions"
    async with client.stream("POST", url, json=body, headers=headers) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: {"):
                at = time.monotonic()
                choices = json.loads(line[6:])["choices"]
                have += len((choices[0]["delta"].get("content") or "") if choices else "")
                arrivals.append((at, have))
                if first and have:
                    return arrivals[-1:]
    return arrivals


def _delays(arrivals, entry) -> list[float]:
    delays, chunk = [], 0
    for at, have in arrivals:
        while chunk < len(entry["sent"]) and min((chunk + 1) * entry["size"], len(TEXT)) <= have:
            delays.append(at - entry["sent"][chunk])
            chunk += 1
    return delays
