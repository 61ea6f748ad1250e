"""What is typed into a search field: understood as well as can be, and never an error."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioverse_app.services.search.matching import fts5, tsquery
from ioverse_app.services.search.query import parse
from ioverse_app.services.search.snippets import WIDTH, Matcher, readable
from ioverse_app.tables.search_entry import mark
from ioverse_app.words import phrase, plain, words

LETTERS = "abé ßÄ日本ไทยが\u0301\u3099ﾃﾞ\ue000½ﬁ"
SIGNS = "'\"-:*()\\{}^+|&!<>%_,.\t\n"
PARTS = ("from:", "from:me", "-from:me", "has:code", "before:2024-02-30", "after:0000")
PARTS += ("before:9999", "in:archived", "model:", 'model:"gpt 5"', "NOT", "AND", "NEAR(")
ODD = st.text(alphabet=LETTERS + SIGNS, max_size=40)
TYPED = st.one_of(
    ODD, st.text(max_size=60), st.lists(ODD | st.sampled_from(PARTS), max_size=9).map(" ".join)
)


@pytest.fixture(scope="module")
def sqlite():
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE i USING fts5(words, tokenize='ascii')")
        yield connection


@given(text=TYPED)
def test_whatever_is_typed_can_be_asked(sqlite, text):
    query = parse(text)
    asked = fts5([*parse("owner").clauses, *query.clauses])
    sqlite.execute("SELECT rowid FROM i WHERE i MATCH ?", (asked,)).fetchall()
    assert tsquery(query.clauses).count("'") % 2 == 0
    assert query.clauses or query.archived is not None or query.hints


@given(text=TYPED, searched=TYPED)
def test_snippets_are_pieces_of_the_text(text, searched):
    snippet = Matcher(parse(searched)).snippet(text)
    assert "".join(piece for piece, _ in snippet.parts) == snippet.text
    assert len(snippet.text) <= WIDTH + 2
    at = 0
    for begin, end in snippet.marks:
        assert at <= begin < end <= len(snippet.text)
        at = end


@given(text=st.text(max_size=80))
def test_words_are_safe_and_stay_what_they_are(text):
    found = words(text)
    assert not any(set(word) & set(" \"'\\*:&|!()<>\ue000\x00") for word in found)
    assert all(found)
    assert len(plain(text)) == len(text)


@given(text=st.text(alphabet="日本語文字列ไทยน้ำดี서울", min_size=2, max_size=12))
def test_every_part_of_an_unspaced_text_is_found(text):
    whole = words(f"前{text}後")
    row, is_beginning = phrase(text)
    assert not is_beginning
    assert any(whole[at : at + len(row)] == row for at in range(len(whole)))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("from:", "from: takes me or assistant, without a space."),
        ("from: me", "from: takes me or assistant, without a space."),
        ("has:banana", "has: takes code, image or file, without a space."),
        ("in:", "in: takes archived, without a space."),
        ("model:", "model: takes a part of a model's name, without a space."),
        ("before:2024-13", "before: takes a day, a month or a year: 2026-11-20, 2026-11 or 2026."),
        ("after:yesterday", "after: takes a day, a month or a year: 2026-11-20, 2026-11 or 2026."),
        ("ab* ", "ab* needs 3 letters or more before the star."),
        ("", "Type a word to search for."),
    ],
)
def test_a_hint_says_what_was_not_understood(text, hint):
    assert hint in parse(text).hints


@pytest.mark.parametrize("text", ["http://x.org", "12:30", "a:b", "a-b", "c++", "don't", "x:"])
def test_a_colon_or_a_hyphen_alone_means_nothing(text):
    query = parse(f"{text} ")
    assert query.hints == ()
    assert [row.words for clause in query.clauses for row in clause.rows] == [tuple(words(text))]


def test_what_is_typed_becomes_clauses():
    query = parse('"two words" -not beg* FROM:me -has:image «quoted» last')
    shown = [
        (clause.excluded, [(" ".join(row.words), row.is_beginning) for row in clause.rows])
        for clause in query.clauses
    ]
    assert shown == [
        (False, [("two words", False)]),
        (True, [("not", False)]),
        (False, [("beg", True)]),
        (False, [(mark("r", "user"), False)]),
        (True, [(mark("h", "image"), False)]),
        (False, [("quoted", False)]),
        (False, [("last", True)]),
    ]
    assert [term.text for term in query.terms] == ["two words", "beg*", "quoted", "last"]


def test_spans_of_days_take_few_marks():
    (clause,) = parse("before:2026-11-20 ").clauses
    assert len(clause.rows) == 26 + 10 + 19
    assert clause.rows[-1].words == (mark("t", "20261119"),)
    assert clause.rows[0].words == (mark("t", "2000"),)


def test_a_snippet_shows_where_most_of_it_is():
    text = "apple " + "filler " * 100 + "the apple and the pear are ripe " + "filler " * 100
    snippet = Matcher(parse("apple pear ")).snippet(text)
    assert [text for text, is_match in snippet.parts if is_match] == ["apple", "pear"]
    assert snippet.text.startswith("…")
    assert snippet.text.endswith("…")


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("# Tides\n\n**High** and `low`", "Tides\n\nHigh and low"),
        ("See [the moon](https://example.org/a_b) now", "See the moon now"),
        ("| Planet | Moons |\n|---|---:|\n| Mars | 2 |", "Planet Moons \n\n Mars 2"),
        ("```python\nx = a * b\n```", "x = a * b"),
        ("snake_case 2*3 * and a | b", "snake_case 2*3 * and a b"),
        ("> quoted", "quoted"),
        ("**", "**"),
    ],
)
def test_a_result_shows_words_and_not_markdown(markdown, words):
    assert readable(markdown).split() == words.split()
