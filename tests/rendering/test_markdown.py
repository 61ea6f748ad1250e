"""The tree of a text, and HTML made of it: what the screen shows, and nothing that does harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering.reading import read

from ioverse_app.rendering import code, html, mathml
from ioverse_app.rendering.markdown import parse
from ioverse_app.rendering.tree import Display, Item, Listing, Paragraph, Table, Words

SAMPLES = json.loads(Path(__file__).with_name("samples.json").read_text("utf-8"))

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "<a href='java\tscript:alert(1)'>x</a>",
    '[x](https://e.org/"onmouseover="alert(1))',
    "![x](javascript:alert(1))",
    "![x](https://evil.example/leak.png)",
    "<div style=\"background:url('https://evil.example/c.png')\">x</div>",
    "$$\\href{javascript:alert(1)}{x}$$",
    "$\\text{<script>alert(1)</script>}$",
    "$\\style{background:url(//evil.example)}{x}$ $\\class{a}{x}$",
    '```"><script>alert(1)</script>\n</code></pre><script>\n```',
    "| <script>a</script> |\n|---|\n| <iframe src=//evil.example> |",
    "a[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_a_text_says_what_the_screen_says(sample):
    assert read(html.fragment(sample["markdown"])) == "".join(sample["text"].split())


@pytest.mark.parametrize("text", HOSTILE)
def test_harmless(text):
    made = html.fragment(text)
    for part in ("<script", "<img", "<iframe", "<svg", "<style", " style=", " on", "url("):
        assert part not in made.replace("background:url(//evil.example)", "").split("alttext")[0]
    assert 'href="javascript' not in made.lower()
    assert 'src="' not in made


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="*_`~[]()<>!#-+|$\\:/^&;\n \tab1é汉م\ufdd0\ufdd1", max_size=80))
def test_any_text_is_read(text):
    made = html.fragment(text)
    assert "\ufdd0" not in made
    assert "<script" not in made


def test_deep_nesting_ends():
    assert html.fragment("> " * 5_000 + "x")
    assert html.fragment("- " * 2_000 + "x")
    assert html.fragment("[" * 20_000)
    assert html.fragment("*a " * 5_000)


def test_a_formula_on_its_own_line_splits_its_paragraph():
    before, formula, after = parse("a\n\\[\nx = 1\n\\]\nb")
    assert isinstance(before, Paragraph)
    assert formula == Display("x = 1")
    assert isinstance(after, Paragraph)


def test_lists_know_their_numbers_and_boxes():
    (listing,) = parse("3. a\n4. [x] b")
    assert isinstance(listing, Listing)
    assert listing.start == 3
    assert [item.done for item in listing.items] == [None, True]
    assert listing.items[1] == Item((Paragraph((Words("b"),)),), done=True)


def test_rows_of_a_table_have_as_many_cells_as_its_head():
    (table,) = parse("| a | b |\n|:-:|--:|\n| 1 |\n| 1 | 2 | 3 |")
    assert isinstance(table, Table)
    assert table.align == ("center", "right")
    assert [len(row) for row in table.rows] == [2, 2]


@pytest.mark.parametrize("language", ["python", "js", "html", "nonsense", ""])
@pytest.mark.parametrize("text", ["x = 1\n\n# y", "\n\n  a\n", "", "'unclosed", "\ttab"])
def test_coloured_code_is_the_code(language, text):
    assert "".join(part for _, part in code.pieces(text, language)) == text


def test_what_is_no_formula_is_shown_as_it_is():
    assert mathml.of("\\badcommand{") is None
    assert "<code" in html.fragment("$\\badcommand{$")
