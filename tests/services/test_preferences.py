"""Preferences: only known names and values are kept, and everything has a default."""

from __future__ import annotations

import pytest
from conftest import both_databases

from ioverse_app import db
from ioverse_app.errors import Invalid
from ioverse_app.services import preferences
from ioverse_app.tables import User

DEFAULTS = {
    "theme": "system",
    "accent": "iris",
    "font_size": 16,
    "density": "comfortable",
    "motion": "system",
}


async def kept(user) -> User:
    async with db.reading() as session:
        return await session.get_one(User, user.id)


async def change(user, **changes) -> None:
    async with db.transaction() as session:
        await preferences.change(session, user, changes)


@both_databases
async def test_what_was_chosen_is_kept_until_it_is_taken_back(ann):
    assert preferences.of(ann) == DEFAULTS
    await change(ann, accent="plum", font_size=18)
    await change(ann, density="compact", accent=None)
    found = await kept(ann)
    assert preferences.of(found) == DEFAULTS | {"font_size": 18, "density": "compact"}
    assert preferences.chosen(found) == {"font_size": 18, "density": "compact"}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"accent": "hotdog"}, "Accent is one of: iris, indigo"),
        ({"accent": ["plum"]}, "Accent is one of"),
        ({"font_size": 13}, "Font size is one of: 14, 15, 16, 17, 18, 19, 20."),
        ({"font_size": 16.0}, "Font size is one of"),
        ({"font_size": True}, "Font size is one of"),
        ({"theme": "sepia"}, "Theme is one of: system, light, dark."),
        ({"motion": {}}, "Motion is one of: system, reduce."),
        ({"background": "x"}, "There is no preference “background”."),
        ({"\ud800": 1}, "There is no preference “”."),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(ann, changes, sentence):
    with pytest.raises(Invalid) as refused:
        await change(ann, density="compact", **changes)
    assert sentence in refused.value.message
    assert (await kept(ann)).preferences == {}


def test_what_no_longer_exists_counts_as_not_chosen():
    old = User(preferences={"accent": "hotdog", "font_size": 15, "sound": "loud"})
    assert preferences.of(old) == DEFAULTS | {"font_size": 15}
