"""The parser of Server-Sent Events gives the same events however the bytes are cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioverse_app.providers.sse import Parser, TooLong

DATA = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30)
END = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def streams(draw):
    """The bytes of a stream, and the data of its events."""
    end = draw(END)
    text = "\ufeff" if draw(st.booleans()) else ""
    expected = []
    for lines in draw(st.lists(st.lists(DATA, min_size=1, max_size=3), max_size=6)):
        text += draw(st.sampled_from(["", f": comment{end}", f"event: some{end}", f"id: 7{end}"]))
        text += "".join(f"data: {line}{end}" for line in lines) + end
        expected.append("\n".join(lines).encode())
    return text.encode(), expected


@given(streams(), st.data())
def test_any_split_of_the_bytes_gives_the_same_events(stream, data):
    raw, expected = stream
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=12)))
    parser, found = Parser(), []
    for start, stop in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        found += parser.feed(raw[start:stop])
    assert found == expected
    assert parser.end() == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"data: a\n\n", [b"a"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a\n\n", [b" a"]),
        (b"data\n\n", [b""]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b": ping\n\ndata: a\n\n\n\n", [b"a"]),
        (b"event: x\nid: 1\nretry: 5\n\n", []),
        (b"database: no\n\n", []),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        ("data: ไทย\n\n".encode(), ["ไทย".encode()]),
    ],
)
def test_it_reads_what_the_standard_says(raw, expected):
    assert Parser().feed(raw) == expected
    byte_by_byte = Parser()
    assert [d for i in range(len(raw)) for d in byte_by_byte.feed(raw[i : i + 1])] == expected


def test_what_stands_without_its_blank_line_is_given_at_the_end():
    parser = Parser()
    assert parser.feed(b"data: a\n\ndata: [DO") == [b"a"]
    assert parser.feed(b"NE]") == []
    assert parser.end() == [b"[DONE]"]


@pytest.mark.parametrize("piece", [b"x" * 100, b"data: x\n"])
def test_an_event_without_end_is_refused_before_it_fills_the_memory(piece):
    parser = Parser(limit=10_000)
    with pytest.raises(TooLong):
        for _ in range(10_001):
            parser.feed(piece)


def test_an_event_of_a_megabyte_in_small_pieces_is_read_in_linear_time():
    raw = b"data: " + json.dumps("x" * 8_000_000).encode() + b"\n\n"
    parser = Parser()
    found = [d for i in range(0, len(raw), 1000) for d in parser.feed(raw[i : i + 1000])]
    assert [len(json.loads(data)) for data in found] == [8_000_000]
