"""The model on this computer: it answers, it can be stopped, it may crash, and it is bounded."""

import asyncio
import os
import signal
import sys
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest
from asking import Answer, ask, read, request
from conftest import eventually

from ioverse_app.providers import weights as files
from ioverse_app.providers.embedded import Embedded
from ioverse_app.providers.errors import Busy, CutShort, ModelNotFound, ProviderDown
from ioverse_app.providers.weights import Weights, weights

HERE = Path(__file__)
MODEL = "smollm2-135m"
LONG = "Write a very long story about a ship, its captain and the sea."

pytestmark = pytest.mark.skipif(
    weights("small", Path()) is None, reason="the model's packages are not installed"
)


@pytest.fixture
async def embedded(tmp_path):
    provider = Embedded("small", tmp_path)
    yield provider
    await provider.close()
    assert children() == []


def children():
    """The processes of the model that this process has now."""
    return [p for p in psutil.Process().children(recursive=True) if _is_model(p)]


def _is_model(process):
    try:
        return "embedded_child.py" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # gone meanwhile, or dead and not yet buried
        return False


def long(**parameters):
    return request(LONG, MODEL, max_output_tokens=2000, **parameters)


async def test_it_answers_in_words_with_a_count_and_says_what_it_is(embedded):
    (model,) = await embedded.models()
    assert (model.ref, model.label) == (
        "embedded/smollm2-135m",
        "Demo model (runs on this computer)",
    )
    question = "What is the capital of France?"
    answer = await ask(embedded, question, model=MODEL, temperature=0.0)
    assert "Paris" in answer.text
    assert answer.usage.completion_tokens > 3
    assert answer.reason == "stop"


async def test_the_output_length_is_kept_and_told(embedded):
    answer = await ask(embedded, LONG, model=MODEL, max_output_tokens=5)
    assert answer.reason == "length"
    assert answer.usage.completion_tokens == 5


async def test_stopping_frees_the_slot(tmp_path):
    one = Embedded("small", tmp_path, slots=1)
    try:
        async with aclosing(one.stream(long())) as stream:
            await anext(stream)
        answer = await asyncio.wait_for(ask(one, "Say hello.", model=MODEL, max_output_tokens=5), 5)
        assert answer.text
    finally:
        await one.close()


async def test_many_who_ask_at_once_start_one_child(embedded):
    answers = await asyncio.gather(
        *(ask(embedded, "Say hello.", model=MODEL, max_output_tokens=5) for _ in range(5))
    )
    assert all(answer.text for answer in answers)
    assert len(children()) == 1


async def test_a_crash_keeps_what_came_and_the_next_answer_has_a_new_child(embedded):
    answer = Answer()
    stream = embedded.stream(long())
    answer.events.append(await anext(stream))
    (before,) = children()
    os.kill(before.pid, signal.SIGKILL)
    rest = await read(stream)
    assert isinstance(rest.error, CutShort | ProviderDown)
    again = await ask(embedded, "Say hello.", model=MODEL, max_output_tokens=5)
    assert again.text
    (after,) = children()
    assert after.pid != before.pid


async def test_a_crash_between_answers_is_not_noticed(embedded):
    await ask(embedded, "Say hello.", model=MODEL, max_output_tokens=5)
    (before,) = children()
    os.kill(before.pid, signal.SIGKILL)
    await eventually(lambda: not before.is_running())
    assert (await ask(embedded, "Say hello.", model=MODEL, max_output_tokens=5)).text


async def test_who_comes_when_the_queue_is_full_is_told(tmp_path):
    narrow = Embedded("small", tmp_path, slots=1, queue=1)
    streams = [narrow.stream(long()), narrow.stream(long())]
    try:
        await anext(streams[0])
        waiting = asyncio.create_task(anext(streams[1]))
        await asyncio.sleep(0.05)
        third = await ask(narrow, model=MODEL)
        assert isinstance(third.error, Busy)
        assert "waiting" in third.error.message
        assert not waiting.done()
        await streams[0].aclose()
        assert (await asyncio.wait_for(waiting, 5)).text
    finally:
        for stream in streams:
            await stream.aclose()
        await narrow.close()


async def test_it_stops_when_nobody_has_asked_for_a_while(tmp_path):
    brief = Embedded("small", tmp_path, idle_seconds=0.3)
    try:
        await ask(brief, "Say hello.", model=MODEL, max_output_tokens=5)
        assert len(children()) == 1
        await eventually(lambda: not children())
        assert (await ask(brief, "Say hello.", model=MODEL, max_output_tokens=5)).text
    finally:
        await brief.close()


async def test_another_model_is_not_here(embedded):
    answer = await ask(embedded, model="something-else")
    assert isinstance(answer.error, ModelNotFound)


async def test_a_file_that_was_changed_is_refused(tmp_path):
    small = weights("small", tmp_path)
    copy = tmp_path / "copy.gguf"
    changed = bytearray(small.path.read_bytes())
    changed[50_000_000] ^= 1
    copy.write_bytes(changed)
    await small.verify()
    with pytest.raises(ModelNotFound, match="damaged"):
        await Weights("copy", copy, 2048, small.sha256).verify()


async def test_a_file_of_ones_own_must_be_a_model_and_be_there(tmp_path):
    with pytest.raises(ModelNotFound, match="is not there"):
        weights(str(tmp_path / "missing.gguf"), tmp_path)
    text = tmp_path / "letter.gguf"
    text.write_text("Dear Sir or Madam")
    answer = await ask(Embedded(str(text), tmp_path), model="letter")
    assert "damaged" in answer.error.message


async def test_a_file_that_only_looks_like_a_model_does_not_take_the_app_down(tmp_path):
    fake = tmp_path / "fake.gguf"
    fake.write_bytes(b"GGUF" + b"\0" * 1000)
    provider = Embedded(str(fake), tmp_path)
    answer = await ask(provider, model="fake")
    await provider.close()
    assert isinstance(answer.error, ProviderDown)
    assert children() == []


async def test_ones_own_file_answers(tmp_path):
    own = tmp_path / "Mine.gguf"
    own.symlink_to(weights("small", tmp_path).path)
    provider = Embedded(str(own), tmp_path)
    try:
        (model,) = await provider.models()
        assert model.ref == "embedded/mine"
        assert (await ask(provider, model="mine", max_output_tokens=5)).text
    finally:
        await provider.close()


async def test_the_better_model_says_how_to_get_it(tmp_path):
    with pytest.raises(ModelNotFound, match="better_model"):
        await Embedded("better", tmp_path).models()


async def test_without_its_packages_there_is_no_model(tmp_path, monkeypatch):
    monkeypatch.setattr(files.importlib.util, "find_spec", lambda name: None)
    assert await Embedded("small", tmp_path).models() == []


async def test_the_model_ends_with_the_app_even_if_that_is_killed(tmp_path):
    app = """
import asyncio, sys
from pathlib import Path
from ioverse_app.providers.embedded import Embedded
from asking import ask

async def main():
    provider = Embedded("small", Path())
    await ask(provider, "Say hello.", model="smollm2-135m", max_output_tokens=3)
    print("ready", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
    path = os.pathsep.join(str(folder) for folder in (HERE.parents[2], HERE.parents[1]))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        app,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert await process.stdout.readline() == b"ready\n"
    (child,) = psutil.Process(process.pid).children()
    process.kill()
    await process.wait()
    await eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
