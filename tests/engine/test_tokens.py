"""Counts: the same as tiktoken's own, without a network, and never on the event loop for long."""

from __future__ import annotations

import asyncio
import hashlib
import lzma
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioverse_app.engine import tokens
from ioverse_app.engine.tokens import O200K

CACHED_AS = "fb374d419588a4632f3f557e76b4b70aebbca790"
"""The SHA-1 of the address that tiktoken would fetch."""

TEXTS = [
    "",
    "Hello, world!",
    "How does a bicycle stay upright?\n\n  It steers. <|endoftext|>",
    "สวัสดีครับ ทุกคน 😀 naïve Straße 12345",
    "def f(x):\n\treturn x ** 2\r\n" * 50,
]


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """The encoding as tiktoken makes it, from the same file."""
    folder = tmp_path_factory.mktemp("tiktoken")
    words = lzma.decompress(tokens.VOCABULARY.read_bytes())
    (folder / CACHED_AS).write_bytes(words)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TIKTOKEN_CACHE_DIR", str(folder))
        import tiktoken

        yield tiktoken.get_encoding(O200K)


def test_the_vocabulary_is_the_one_that_openai_publishes():
    found = hashlib.sha256(lzma.decompress(tokens.VOCABULARY.read_bytes())).hexdigest()
    assert found == "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"


def test_counts_are_those_of_tiktoken(theirs):
    assert theirs._pat_str == tokens.PATTERN
    for text in TEXTS:
        assert tokens.count(O200K, text) == len(theirs.encode_ordinary(text)), text


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_no_text_has_more_tokens_than_bytes(text):
    assert tokens.count(O200K, text) <= len(text.encode(errors="replace"))
    assert tokens.estimate(text) <= len(text.encode(errors="replace"))


def test_an_estimate_is_a_token_for_three_bytes():
    assert [tokens.estimate(text) for text in ("", "a", "abc", "abcd", "ครับ")] == [0, 1, 1, 2, 4]


def test_a_beginning_fits():
    text = "A sentence about nothing much. " * 200
    for encoding in ("", O200K):
        kept = tokens.fit(encoding, text, 100)
        assert text.startswith(kept)
        assert 80 < tokens.count(encoding, kept) <= 100
        assert tokens.fit(encoding, text, 0) == ""


async def test_a_very_long_text_is_estimated_at_once():
    text = "word " * 2_000_000
    began = time.perf_counter()
    assert await tokens.counted(O200K, [text]) == [tokens.estimate(text)]
    assert not tokens.is_exact(O200K, text)
    assert time.perf_counter() - began < 0.2


async def test_long_texts_do_not_hold_up_the_loop():
    await tokens.ready(O200K)
    texts = [f"{i} " + "to be or not to be " * 15_000 for i in range(4)]
    longest, last = 0.0, time.perf_counter()
    counting = asyncio.create_task(tokens.counted(O200K, texts))
    while not counting.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    assert (await counting)[0] > 70_000
    assert longest < 0.1
    began = time.perf_counter()
    await tokens.counted(O200K, texts)
    assert time.perf_counter() - began < 0.01, "it is remembered"
