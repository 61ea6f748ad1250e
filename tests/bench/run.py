"""`make bench`: the built app beside a naive one, with the same provider, in the same run.

Prints a table and writes bench-results/latest.json. `--quick` leaves the naive app and half of the
repeats out; `--only crowd` measures that part alone; `--large` searches in a million messages.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "browser"), str(HERE.parent.parent)]

import gallery  # noqa: E402
import long  # noqa: E402
from crowd import crowd  # noqa: E402
from gateway_load import MODEL, gateway, new_key  # noqa: E402
from page import browser, first_load, first_words, middle, one_answer, open_page  # noqa: E402
from page_client import PageClient, register  # noqa: E402
from server import ROOT, Process, app, free_port, upstream  # noqa: E402
from upstream import TEXT  # noqa: E402

RESULTS = ROOT / "bench-results"
TARGETS = {
    "main_thread_s": "≤ 6",
    "longest_task_ms": "≤ 100",
    "bytes_per_byte at 100/s": "≤ 4",
    "bytes_per_byte as fast as possible": "≤ 2",
    "first_words_open_ms": "≤ 45",
    "first_words_new_ms": "≤ 75",
    "crowd_p95_ms": "≤ 100",
    "crowd_cpu_ms_per_chunk": "≤ 0.2",
    "crowd_equal_texts": "100",
    "gateway_first_byte_ms": "≤ 8",
    "gateway_p95_ms": "≤ 40",
    "gateway_cpu_ms_per_chunk": "≤ 0.15",
    "idle_memory_mb": "≤ 250",
    "js_css_kb": "≤ 600",
    "usable_s": "≤ 0.9",
    "missing_after_kill_ms": "≤ 300",
    "open_2000_ms": "≤ 200",
    "open_2000_times_20": "≤ 1.3",
    "vote_in_2000_bytes": "< 12288",
    "rename_in_2000_bytes": "< 12288",
    "switch_version_ms": "≤ 200",
    "typing_beside_an_answer_ms": "≤ 100",
    "typing_without_a_server_ms": "≤ 50",
    "gallery_5000_ms": "≤ 500",
    "gallery_5000_times_empty": "≤ 1.5",
    "search_p95_ms on SQLite": "≤ 100",
    "search_p95_ms on PostgreSQL": "≤ 100",
}


def main() -> None:
    """Measure everything, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument(
        "--only", nargs="*", help="page, long, images, kill, crowd, gateway, search, naive"
    )
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measured = measure(Path(name), options)
    rows = table(measured)
    print(rows)
    RESULTS.mkdir(exist_ok=True)
    machine = {"cpus": os.cpu_count(), "system": platform.platform(), "at": time.time()}
    (RESULTS / "latest.json").write_text(json.dumps({**machine, **measured}, indent=2))
    (RESULTS / "latest.txt").write_text(rows)


def measure(folder: Path, options: argparse.Namespace) -> dict:
    """Every figure, as `{name: {"ioverse": ..., "naive": ...}}`."""
    provider = upstream(folder, free_port()).start("/models")
    provide = {"OPENAI_BASE_URL": f"{provider.url}/v1", "OPENAI_API_KEY": "x"}
    repeats = 3 if options.quick else 7
    found: dict[str, dict] = {}

    def note(name: str, value: object, **beside: object) -> None:
        found[name] = {"ioverse": value, **beside}
        print(f"{name}: {value} {beside or ''}", file=sys.stderr, flush=True)

    def wanted(part: str) -> bool:
        return not options.only or part in options.only

    @contextmanager
    def served(part: str) -> Iterator[Process]:
        """The app with data of its own."""
        data = folder / part
        server = app(folder, free_port(), **provide, DATA_DIR=str(data)).start()
        try:
            yield server
        finally:
            server.stop()

    try:
        if wanted("page"):
            with served("page") as server:
                _page_figures(server, repeats, note)
        if wanted("long"):
            with served("long") as server:
                cookie = asyncio.run(register(server.url, "ann"))
                long.seed(folder / "long" / "ioverse.db")
                with browser() as chromium:
                    for name, value in long.measure(chromium, server, cookie, repeats).items():
                        note(name, value)
        if wanted("images"):
            with served("images") as server:
                cookie = asyncio.run(register(server.url, "ann"))
                with browser() as chromium:
                    place = folder / "images"
                    for name, value in gallery.measure(
                        chromium, server, cookie, place, repeats
                    ).items():
                        note(name, value)
        if wanted("kill"):
            with served("kill") as server:
                missing = _kill(server, folder / "kill" / "ioverse.db", repeats)
            note("missing_after_kill_ms", missing)
        if wanted("crowd"):
            with served("crowd") as server:
                many = asyncio.run(crowd(options.people, "50x12", server.url, provider.url, server))
            note("crowd_p95_ms", many["latency_ms"]["p95"], all=many["latency_ms"])
            note("crowd_cpu_ms_per_chunk", many["cpu_ms_per_chunk"], chunks=many["chunks"])
            note("crowd_equal_texts", many["equal_texts"], of=many["answers"])
            note("crowd_memory_mb", many["memory_mb"])
        if wanted("gateway"):
            with served("gateway") as server:
                key = asyncio.run(new_key(server.url))
                ask = gateway(
                    options.people, server.url, provider.url, server, f"compatible/{MODEL}", key
                )
                ours = asyncio.run(ask)
            naive = {} if options.quick else _naive_relay(folder, provider.url, options.people)
            _gateway_figures(ours, naive, note)
        if wanted("search"):
            for name, kind in (("SQLite", "sqlite"), ("PostgreSQL", "postgres")):
                _search_figures(folder / f"search-{kind}", kind, name, options, note)
        if wanted("naive") and not options.quick:
            _naive(folder, provide, found)
    finally:
        provider.stop()
    return found


def _page_figures(served: Process, repeats: int, note) -> None:
    cookie = asyncio.run(register(served.url, "ann"))
    time.sleep(3)
    note("idle_memory_mb", round(served.memory_mb()))
    note("start_s", round(served.started_in, 1))
    with browser() as chromium:
        loads = [first_load(chromium, served.url, cookie) for _ in range(repeats)]
        note("js_css_kb", loads[0]["js_css_kb"])
        note("usable_s", middle([load["usable_s"] for load in loads]))
        page = open_page(chromium, served.url, cookie)
        first_words(page, 2, new=True)  # the page and the connections are warm now
        note("first_words_new_ms", middle(first_words(page, repeats, new=True)))
        note("first_words_open_ms", middle(first_words(page, repeats, new=False)))
        page.close()
        paced = [_answer(chromium, served.url, cookie, "100x6") for _ in range(min(3, repeats))]
        note("main_thread_s", middle([one["main_thread_s"] for one in paced]))
        note("longest_task_ms", max(one["longest_task_ms"] for one in paced))
        note("bytes_per_byte at 100/s", paced[0]["bytes_per_byte"], frames=paced[0]["frames"])
        fast = _answer(chromium, served.url, cookie, "0x80")
        note("bytes_per_byte as fast as possible", fast["bytes_per_byte"])
        large = _answer(chromium, served.url, cookie, "25x80")
        note("main_thread_s, 25 chunks of 80/s", large["main_thread_s"])
        note("longest_task_ms, 25 chunks of 80/s", large["longest_task_ms"])
        note("bytes_per_byte, 25 chunks of 80/s", large["bytes_per_byte"])


def _answer(chromium, url: str, cookie: str, model: str) -> dict:
    page = open_page(chromium, url, cookie)
    measured = one_answer(page, model)
    page.context.close()
    return measured


def _kill(served: Process, database: Path, times: int) -> dict:
    """Kill it in the middle: milliseconds of text that were received and are gone."""
    missing = []
    cookie = asyncio.run(register(served.url, "kim"))
    for number in range(times):
        received = asyncio.run(_receive(served, cookie, 1.3 + 0.17 * number))
        served.start()
        with sqlite3.connect(database) as rows:
            query = "SELECT content FROM message WHERE role = 'assistant' ORDER BY id DESC LIMIT 1"
            kept = rows.execute(query).fetchone()[0]
        if not TEXT.startswith(kept):
            raise RuntimeError("What was kept is not what was said.")
        missing.append(max(0, received - len(kept)) / (50 * 12) * 1000)
    return middle(missing)


async def _receive(served: Process, cookie: str, seconds: float) -> int:
    page = PageClient(served.url, cookie)
    await page.open()
    await page.fire("choose_model", ref="compatible/50x12")
    await asyncio.sleep(0.2)
    await page.ask("Speak")
    await asyncio.sleep(seconds)
    served.kill()
    await asyncio.sleep(0.2)
    return len(page.text)


def _search_figures(folder: Path, kind: str, name: str, options, note) -> None:
    """Queries in many messages, beside `LIKE '%word%'` in the same database."""
    messages = 1_000_000 if options.large else 20_000 if options.quick else 100_000
    command = [sys.executable, str(HERE / "search.py"), kind, str(messages), str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found = json.loads(done.stdout)
    note(f"search_p50_ms on {name}", found["p50_ms"], naive=found["naive_p50_ms"], all=found)
    note(f"search_p95_ms on {name}", found["p95_ms"], naive=found["naive_p95_ms"])


def _naive_relay(folder: Path, upstream_url: str, streams: int) -> dict:
    """The same load on what one writes first."""
    port = free_port()
    command = [sys.executable, str(HERE / "naive_relay.py"), str(port), f"{upstream_url}/v1"]
    server = Process(command, f"http://127.0.0.1:{port}", folder).start()
    try:
        return asyncio.run(gateway(streams, server.url, upstream_url, server, MODEL, "x"))
    finally:
        server.stop()


def _gateway_figures(ours: dict, naive: dict, note) -> None:
    def beside(value: object) -> dict:
        return {"naive": value} if naive else {}

    note("gateway_first_byte_ms", ours["first_byte_ms"], **beside(naive.get("first_byte_ms")))
    late = naive.get("latency_ms", {}).get("p95")
    note("gateway_p95_ms", ours["latency_ms"]["p95"], all=ours["latency_ms"], **beside(late))
    cost = naive.get("cpu_ms_per_chunk")
    note("gateway_cpu_ms_per_chunk", ours["cpu_ms_per_chunk"], **beside(cost))
    note("gateway_memory_mb", ours["memory_mb"], **beside(naive.get("memory_mb")))
    note("gateway_whole_answers", ours["whole"])


def _naive(folder: Path, provide: dict[str, str], found: dict) -> None:
    """The same page measurements of the yardstick.

    In chunks of 80 characters: with chunks of 6 it needs more than four minutes for the answer.
    """
    place = folder / "naive"
    shutil.copytree(HERE / "naive", place)
    port = free_port()
    environment = {**provide, "PORT": str(port), "BENCH_CWD": str(place)}
    reflex = [str(Path(sys.executable).with_name("reflex"))]
    subprocess.run(
        [*reflex, "export", "--frontend-only", "--no-zip"],
        cwd=place,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    command = [*reflex, "run", "--env", "prod", "--single-port", "--frontend-port", str(port)]
    served = Process(command, f"http://localhost:{port}", folder, **environment)
    served.start("/ping", 240)
    try:
        with browser() as chromium:
            large = _answer(chromium, served.url, "", "25x80")
            fast = _answer(chromium, served.url, "", "0x80")
    finally:
        served.stop()
    for name, value in {
        "main_thread_s, 25 chunks of 80/s": large["main_thread_s"],
        "longest_task_ms, 25 chunks of 80/s": large["longest_task_ms"],
        "bytes_per_byte, 25 chunks of 80/s": large["bytes_per_byte"],
        "bytes_per_byte as fast as possible": fast["bytes_per_byte"],
    }.items():
        found.setdefault(name, {"ioverse": None})["naive"] = value


def table(measured: dict) -> str:
    """The figures as a table for people."""
    head = f"{'what':38} {'IOverse':>26} {'to reach':>9} {'naive':>9} {'times less':>10}"
    lines = [head, "-" * len(head)]
    for name, row in measured.items():
        value, naive = row["ioverse"], row.get("naive")
        plain = value["median"] if isinstance(value, dict) else value
        shown = f"{plain} ({value['low']}-{value['high']})" if isinstance(value, dict) else plain
        times = f"{naive / plain:.1f}" if naive and plain else ""
        lines.append(
            f"{name:38} {shown!s:>26} {TARGETS.get(name, ''):>9} {naive or '':>9} {times:>10}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
