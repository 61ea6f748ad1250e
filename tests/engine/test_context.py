"""Plans: what is sent, what is left out and why, and that it fits."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioverse_app.engine import context, tokens
from ioverse_app.engine.context import Part, check, plan, texts
from ioverse_app.errors import Invalid
from ioverse_app.tables import InContext

PINNED, EXCLUDED = InContext.PINNED, InContext.EXCLUDED


def said(part: Part) -> Part:
    return Part(
        part.kind,
        part.role,
        part.text,
        tokens.estimate(part.said),
        part.message_id,
        part.attachment_id,
        part.name,
        part.mark,
    )


def talk(*marks: InContext, size: int = 300) -> list[Part]:
    """A conversation of questions and answers with these marks, each of so many characters."""
    parts = [said(Part("system", "system", "Be kind."))]
    for number, mark in enumerate(marks):
        role = "assistant" if number % 2 else "user"
        text = f"{number}".ljust(size, ".")
        parts.append(said(Part("message", role, text, 0, f"{number:02}", mark=mark)))
    return parts


def ids(parts) -> list[str]:
    return [part.message_id for part in parts if part.kind == "message"]


def reasons(made) -> dict[str, str]:
    return {part.message_id: part.reason for part in made.left_out}


def test_everything_is_sent_where_there_is_room():
    made = plan(talk("", "", "", "", ""), window=10_000, output=100)
    assert ids(made.parts) == ["00", "01", "02", "03", "04"]
    assert not made.left_out
    assert made.tokens == 5 * 100 + 3 + 6 * 8 <= made.room


def test_the_oldest_are_left_out_in_pairs():
    made = plan(talk("", "", "", "", "", "", ""), window=650, output=100)
    assert ids(made.parts) == ["04", "05", "06"]
    assert reasons(made) == dict.fromkeys(["00", "01", "02", "03"], "room")
    assert made.dropped == 4


def test_what_is_pinned_stays_and_what_is_excluded_goes():
    made = plan(talk(PINNED, "", "", "", EXCLUDED, "", ""), window=650, output=100)
    assert ids(made.parts) == ["00", "05", "06"]
    assert reasons(made) == {"01": "room", "02": "room", "03": "room", "04": "excluded"}
    assert [role for role, *_ in texts(made.parts)] == ["system", "user", "assistant", "user"]


def test_an_answer_without_its_question_has_something_before_it():
    made = plan(talk(EXCLUDED, "", ""), window=1000, output=100)
    assert [(role, text[:5]) for role, text, _ in texts(made.parts)] == [
        ("system", "Be ki"),
        ("user", context.LEFT_OUT[:5]),
        ("assistant", "1...."),
        ("user", "2...."),
    ]


def test_questions_without_an_answer_between_them_are_one_turn():
    made = plan(talk("", EXCLUDED, "", size=10), window=1000, output=100)
    assert [text for _, text, _ in texts(made.parts)][1] == "0.........\n\n2........."


@pytest.mark.parametrize(
    ("parts", "code", "sentence"),
    [
        (talk("", size=3000), "message_too_long", "This message has about 1,000 tokens; this"),
        (talk(PINNED, "", "", size=900), "pinned_too_long", "The pinned messages have about 300"),
        (
            [Part("system", "system", "x" * 3000, 1000), *talk("")[1:]],
            "system_prompt_too_long",
            "The system prompt has about 1,000 tokens; this model takes 500 with",
        ),
    ],
)
def test_what_cannot_fit_is_said(parts, code, sentence):
    with pytest.raises(Invalid, match=sentence) as refused:
        check(plan(parts, window=600, output=100))
    assert refused.value.code == code


def test_a_counted_message_has_exactly_so_many_tokens():
    text = "one two three " * 100
    count = tokens.count(tokens.O200K, text)
    parts = [Part("system", "system", "Hi", 1), Part("message", "user", text, count, "1")]
    with pytest.raises(Invalid) as refused:
        check(plan(parts, window=200, output=100, encoding=tokens.O200K))
    assert refused.value.message.startswith(
        f"This message has {count} tokens; this model takes 91. "
    )


def test_a_file_of_the_question_is_cut_to_the_room():
    file = said(Part("attachment", "user", "line\n" * 2000, 0, "02", "f", "a.txt"))
    parts = talk("", "", "")
    made = plan([*parts[:-1], file, parts[-1]], window=1000, output=100)
    assert ids(made.parts) == ["02"]
    sent = next(part for part in made.parts if part.kind == "attachment")
    assert 300 < sent.tokens < 900
    assert sent.said.startswith('<file name="a.txt">\nline\n')
    assert sent.said.endswith("[The rest of this file did not fit.]\n</file>")
    assert made.tokens <= made.room
    assert [(p.kind, p.reason) for p in made.left_out if p.kind == "attachment"] == [
        ("attachment", "cut")
    ]
    check(made)


MARKS = st.sampled_from(list(InContext))


@given(
    st.lists(st.tuples(MARKS, st.integers(1, 400)), min_size=1, max_size=30),
    st.integers(50, 6000),
    st.booleans(),
)
def test_whatever_is_planned_holds(messages, window, asked):
    parts = [said(Part("system", "system", "Be kind."))]
    for number, (mark, size) in enumerate(messages):
        role = "assistant" if number % 2 else "user"
        parts.append(said(Part("message", role, "x" * size, 0, f"{number:02}", mark=mark)))
    made = plan(parts, window=window, output=window // 4, asked=asked)
    sent = ids(made.parts)
    assert sent == sorted(sent)
    assert sorted([*sent, *reasons(made)]) == ids(parts), "everything is sent or left out, once"
    marked = {p.message_id: p.mark for p in parts}
    assert all(marked[one] != EXCLUDED for one in sent)
    assert all(marked[one] != PINNED for one in reasons(made))
    roles = [role for role, *_ in texts(made.parts)]
    assert roles[0] == "system"
    assert all(a != b for a, b in pairwise(roles))
    assert roles[1:2] in ([], ["user"])
    if made.tokens > made.room:
        with pytest.raises(Invalid):
            check(made)
    else:
        check(made)
    again = context.restored(
        context.stored(made),
        lambda part, size: next(p.text for p in parts if p.message_id == part.message_id)[:size],
    )
    assert texts(again.parts) == texts(made.parts)
    assert (again.tokens, again.dropped) == (made.tokens, made.dropped)
