"""How many tokens a text has: exactly where a model's vocabulary is known, else about.

The vocabulary is OpenAI's own file (github.com/openai/tiktoken, MIT), compressed: nothing is
fetched. It takes 85 MB of memory, so it is read when a model that uses it is asked first.
"""

from __future__ import annotations

import asyncio
import base64
import lzma
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

ESTIMATE = "estimate"
O200K = "o200k_base"
VOCABULARY = Path(__file__).with_name(f"{O200K}.tiktoken.xz")
PATTERN = "|".join(
    (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)
"""How tiktoken cuts a text before it looks into the vocabulary."""

LONGEST = 400_000
"""Texts with more characters are estimated: to count this many takes up to 0.2 seconds."""

AT_ONCE = 20_000
"""As many characters are counted in 2 ms; more are counted beside the event loop."""

REMEMBERED = 20_000

_known: OrderedDict[tuple[int, int], int] = OrderedDict()
_encoding: Encoding | None = None
_loading = threading.Lock()


def estimate(text: str) -> int:
    """About how many tokens a text has: a token for every 3 bytes of UTF-8, rounded up."""
    size = len(text) if text.isascii() else len(text.encode(errors="replace"))
    return -(-size // 3)


def is_exact(encoding: str, text: str) -> bool:
    """Whether this text's tokens are counted rather than estimated."""
    return encoding == O200K and len(text) <= LONGEST


async def ready(encoding: str) -> None:
    """Read the vocabulary, if it is needed and not there yet."""
    if encoding == O200K and _encoding is None:
        await asyncio.to_thread(_load)


async def counted(encoding: str, texts: Sequence[str]) -> list[int]:
    """How many tokens each of these texts has. What was counted before is remembered."""
    await ready(encoding)
    new = sum(len(text) for text in texts if is_exact(encoding, text) and _key(text) not in _known)
    if new > AT_ONCE:
        return await asyncio.to_thread(lambda: [count(encoding, text) for text in texts])
    return [count(encoding, text) for text in texts]


def count(encoding: str, text: str) -> int:
    """How many tokens a text has. Slow for long ones: see `counted`."""
    if not is_exact(encoding, text):
        return estimate(text)
    key = _key(text)
    if (tokens := _known.get(key)) is None:
        tokens = _known[key] = len((_encoding or _load()).encode_ordinary(text))
        if len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return tokens


def fit(encoding: str, text: str, room: int) -> str:
    """The beginning of a text that has at most `room` tokens."""
    while text and (tokens := count(encoding, text)) > room:
        text = text[: int(0.98 * len(text) * max(room, 0) / tokens)]
    return text


def _key(text: str) -> tuple[int, int]:
    """Python knows the hash of a text that it has seen: 64 bits, with a secret of the process."""
    return hash(text), len(text)


def _load() -> Encoding:
    global _encoding
    with _loading:
        if _encoding is None:
            from tiktoken import Encoding

            lines = lzma.decompress(VOCABULARY.read_bytes()).splitlines()
            ranks = {base64.b64decode(word): int(rank) for word, rank in map(bytes.split, lines)}
            _encoding = Encoding(O200K, pat_str=PATTERN, mergeable_ranks=ranks, special_tokens={})
    return _encoding
