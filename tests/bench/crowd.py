"""Many answers at once: how late each chunk is, what it costs, and whether every text is whole."""

from __future__ import annotations

import asyncio

import httpx
from page_client import PageClient, register
from upstream import TEXT


async def crowd(people: int, model: str, base_url: str, upstream_url: str, server) -> dict:
    """`people` pages ask at the same moment; figures in milliseconds."""
    cookies = await asyncio.gather(*(register(base_url, f"person{i}") for i in range(people)))
    pages = [PageClient(base_url, cookie) for cookie in cookies]
    await asyncio.gather(*(page.open() for page in pages))
    for page in pages:
        await page.fire("choose_model", ref=f"compatible/{model}")
    await asyncio.sleep(1)
    async with httpx.AsyncClient() as client:
        await client.get(f"{upstream_url}/journal")
    cpu = server.cpu_seconds()
    await asyncio.gather(*(page.ask(f"person{i}") for i, page in enumerate(pages)))
    await asyncio.wait_for(asyncio.gather(*(page.done.wait() for page in pages)), 300)
    cpu = server.cpu_seconds() - cpu
    async with httpx.AsyncClient() as client:
        journal = (await client.get(f"{upstream_url}/journal")).json()
    sent = {entry["user"]["content"]: entry for entry in journal}
    late = sorted(
        1000 * delay for i, page in enumerate(pages) for delay in _delays(page, sent[f"person{i}"])
    )
    chunks = sum(len(entry["sent"]) for entry in journal)
    for page in pages:
        await page.close()
    return {
        "answers": people,
        "equal_texts": sum(page.text == TEXT for page in pages),
        "latency_ms": {name: round(late[int(len(late) * q)], 1) for name, q in _QUANTILES},
        "cpu_ms_per_chunk": round(1000 * cpu / chunks, 4),
        "chunks": chunks,
        "memory_mb": round(server.memory_mb()),
    }


_QUANTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


def _delays(page: PageClient, entry: dict) -> list[float]:
    """For each chunk: from when it was sent to when its last character had arrived."""
    delays, chunk, have = [], 0, 0
    for arrival in page.arrivals:
        have = max(have, arrival.offset + len(arrival.text))
        while chunk < len(entry["sent"]) and min((chunk + 1) * entry["size"], len(TEXT)) <= have:
            delays.append(arrival.at - entry["sent"][chunk])
            chunk += 1
    return delays
