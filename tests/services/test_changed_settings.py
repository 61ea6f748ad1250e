"""Settings that change while the app runs."""

from __future__ import annotations

import pytest
from conftest import add_person, both_databases

from ioverse_app import config, db
from ioverse_app.config import settings
from ioverse_app.errors import Invalid, NotAllowed
from ioverse_app.services import audit, changed_settings
from ioverse_app.tables import Role


@pytest.fixture
async def admin(database):
    return await add_person("ada", role=Role.ADMIN)


async def change(actor, **values):
    async with db.transaction() as session:
        return await changed_settings.change(session, actor, values)


@both_databases
async def test_a_change_holds_at_once_and_after_a_restart(admin, configure):
    configure(registration="open", message_max_chars=100)
    await change(admin, registration="closed", message_max_chars="5000", banner="  On\nSunday ")
    for _ in range(2):
        now = settings()
        assert (now.registration, now.message_max_chars, now.banner) == (
            "closed",
            5000,
            "On Sunday",
        )
        config.change({})  # as another process has it
        await changed_settings.load()
    await change(admin, registration=None)
    assert settings().registration == "open", "as in the environment again"
    async with db.reading() as session:
        entries = await audit.page(session, admin)
        assert entries[0].details == {"old": "closed", "new": None}
        assert len(entries) == 4
        assert sorted(await changed_settings.changed(session)) == ["banner", "message_max_chars"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"registration": "sometimes"}, "Who may create an account should be"),
        ({"message_max_chars": 0}, "Longest message should be"),
        ({"message_max_chars": "many"}, "Longest message should be a valid integer"),
        ({"attachment_max_mb": -1}, "Largest file should be"),
        ({"banner": "x" * 301}, "Banner should"),
        ({"secret_key": "mine"}, "“secret_key” is no setting"),
        ({"data_dir": "/"}, "“data_dir” is no setting"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(admin, values, sentence):
    with pytest.raises(Invalid, match=sentence):
        await change(admin, continuations=1, **values)
    assert settings().continuations == 3
    assert (await audit.verify()).count == 0


async def test_members_change_nothing(ann):
    with pytest.raises(NotAllowed):
        await change(ann, registration="open")


def test_every_one_is_a_setting():
    for one in changed_settings.ALL:
        assert one.name in config.Settings.model_fields
        assert one.choices or one.is_number or one.name == "banner"
