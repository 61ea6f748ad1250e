"""Many chats in one ZIP."""

from __future__ import annotations

import zipfile

from ioverse_app import db
from ioverse_app.services import conversations
from ioverse_app.services.exports import Format
from ioverse_app.services.exports.archive import LEFT_OUT, Progress, archive


async def test_an_archive_has_a_file_for_each_chat_and_says_how_far_it_is(ann, bob, tmp_path):
    async with db.transaction() as session:
        mine = [(await conversations.start(session, ann, t)).id for t in ("Plan", "plan", "Other")]
        theirs = (await conversations.start(session, bob, "Secret")).id
    target = tmp_path / "chats.zip"
    told = [each async for each in archive(ann, [*mine, theirs], Format.MARKDOWN, target)]
    assert [each.done for each in told] == [1, 2, 3, 4]
    assert told[-1] == Progress(4, 4, (theirs,))
    with zipfile.ZipFile(target) as zipped:
        assert zipped.namelist() == ["Plan.md", "plan (2).md", "Other.md", LEFT_OUT]
        assert zipped.read(LEFT_OUT).startswith(b"A chat: ")
        assert zipped.read("Other.md").startswith(b"# Other\n")
