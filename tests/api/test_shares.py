"""Share links from the outside: a stranger with a plain HTTP client, and who made the link."""

from __future__ import annotations

import asyncio
import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from programs import api_client, signed_in

from ioverse_app import db
from ioverse_app.services import attachments, conversations, guesses, sessions, shares
from ioverse_app.services.sessions import Client
from ioverse_app.tables import Message, MessageStatus, Share, ShareView, now

SECRET = "the tides of the moon"
PAGE = {"accept": "text/html", "origin": "http://localhost:3000"}


@pytest.fixture
async def api(database):
    guesses.forget_all()
    async with api_client() as api:
        yield api


@pytest.fixture
async def chat(ann):
    async with db.transaction() as session:
        conversation = await conversations.start(session, ann, "Tides and the moon")
        question = Message(conversation_id=conversation.id, role="user", content="Why <tides>?")
        answer = Message(
            conversation_id=conversation.id,
            parent_id=question.id,
            role="assistant",
            content=f"Because of **{SECRET}**. <script>alert(1)</script>",
            model="openai/gpt-4.1",
        )
        session.add_all([question, answer])
        conversation.head_id = answer.id
    return conversation


async def shared(api, user, chat, **body) -> dict:
    answer = await api.post(f"/api/chats/{chat.id}/share", json=body, headers=await signed_in(user))
    assert answer.status_code == 201, answer.text
    return answer.json()


def path(link: dict) -> str:
    return link["share_url"].removeprefix("http://localhost:3000")


async def grow(chat, text, role="assistant"):
    async with db.transaction() as session:
        conversation = await session.get(type(chat), chat.id)
        message = Message(
            conversation_id=chat.id, parent_id=conversation.head_id, role=role, content=text
        )
        session.add(message)
        conversation.head_id = message.id
    return message


async def test_a_stranger_reads_what_was_shared_and_nothing_else(api, ann, chat):
    link = await shared(api, ann, chat)
    assert len(path(link).removeprefix("/share/")) >= 43, "256 bits"
    page = await api.get(path(link), headers=PAGE)
    assert page.status_code == 200
    assert SECRET in page.text
    assert "Tides and the moon" in page.text
    assert "GPT-4.1" in page.text
    assert "Why &lt;tides&gt;?" in page.text
    assert "<script" not in page.text
    assert ann.username not in page.text
    assert ann.email not in page.text
    assert "noindex" in page.headers["x-robots-tag"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "private, no-store"
    assert page.headers["referrer-policy"] == "same-origin"


async def test_only_the_hash_of_a_link_is_stored(api, ann, chat):
    link = await shared(api, ann, chat, password="open sesame")
    async with db.reading() as session:
        share = await session.get(Share, link["share_id"])
        stored = str(share.model_dump())
    assert path(link).removeprefix("/share/") not in stored
    assert "open sesame" not in stored
    listed = (await api.get(f"/api/chats/{chat.id}/shares", headers=await signed_in(ann))).json()
    assert "share_url" not in listed["shares"][0]
    assert listed["shares"][0]["has_password"]


async def test_a_snapshot_stays_and_a_live_link_follows(api, ann, chat):
    snapshot, live = await shared(api, ann, chat), await shared(api, ann, chat, live=True)
    await grow(chat, "Said later")
    assert "Said later" not in (await api.get(path(snapshot))).text
    assert "Said later" in (await api.get(path(live))).text
    assert live["live"]
    assert not snapshot["live"]


async def test_messages_can_be_left_out(api, ann, chat):
    private = await grow(chat, "My address is 5 Elm Street", "user")
    for live in (False, True):
        link = await shared(api, ann, chat, omit=[private.id], live=live)
        page = (await api.get(path(link))).text
        assert SECRET in page
        assert "Elm Street" not in page


async def test_an_answer_that_is_being_written_is_not_shown(api, ann, chat):
    async with db.transaction() as session:
        conversation = await session.get(type(chat), chat.id)
        message = Message(
            conversation_id=chat.id,
            parent_id=conversation.head_id,
            role="assistant",
            content="Half",
            status=MessageStatus.STREAMING,
        )
        session.add(message)
        conversation.head_id = message.id
    assert "Half" not in (await api.get(path(await shared(api, ann, chat, live=True)))).text


async def test_an_expired_link_is_gone(api, ann, chat):
    link = await shared(api, ann, chat, hours=1)
    assert (await api.get(path(link))).status_code == 200
    async with db.transaction() as session:
        share = await session.get(Share, link["share_id"])
        share.expires_at = now() - timedelta(seconds=1)
    page = await api.get(path(link))
    assert page.status_code == 410
    assert "no longer valid" in page.text
    assert SECRET not in page.text
    assert "Tides" not in page.text
    await shares.purge()
    async with db.reading() as session:
        assert (await session.get(Share, link["share_id"])).content is None
    assert (await api.get(path(link))).status_code == 410
    async with db.transaction() as session:
        share = await session.get(Share, link["share_id"])
        share.expires_at = now() - timedelta(days=31)
    assert await shares.purge() == 1
    assert (await api.get(path(link))).status_code == 404


async def test_a_link_can_last_for_ever(api, ann, chat):
    link = await shared(api, ann, chat, hours=None)
    assert link["expires_at"] is None
    assert (await api.get(path(link))).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"hours": 0}, "share_hours_invalid"),
        ({"hours": 721}, "share_hours_invalid"),
        ({"views": 0}, "share_views_invalid"),
        ({"label": "x" * 101}, "share_label_too_long"),
        ({"password": "x" * 257}, "password_too_long"),
        ({"hours": "soon"}, "invalid_request"),
    ],
)
async def test_terms_that_make_no_sense_are_refused(api, ann, chat, body, code):
    answer = await api.post(f"/api/chats/{chat.id}/share", json=body, headers=await signed_in(ann))
    assert answer.status_code == 400
    assert answer.json()["code"] == code


async def test_a_revoked_link_is_gone_at_once_and_the_others_stay(api, ann, chat):
    first, second = await shared(api, ann, chat, label="For Bob"), await shared(api, ann, chat)
    headers = await signed_in(ann)
    await api.delete(f"/api/shares/{first['share_id']}", headers=headers)
    assert (await api.get(path(first))).status_code == 410
    assert (await api.get(path(second))).status_code == 200
    assert (await api.post(f"/api/chats/{chat.id}/unshare", headers=headers)).json()["revoked"] == 1
    assert (await api.get(path(second))).status_code == 410
    refused = await api.post(f"/api/chats/{chat.id}/unshare", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "not_shared")


async def test_deleting_the_chat_ends_its_links_until_it_is_back(api, ann, chat):
    link = await shared(api, ann, chat)
    async with db.transaction() as session:
        await conversations.delete(session, ann, chat.id)
    assert (await api.get(path(link))).status_code == 410
    async with db.transaction() as session:
        await conversations.restore(session, ann, chat.id)
    assert (await api.get(path(link))).status_code == 200


async def test_nothing_is_shown_before_the_password(api, ann, chat):
    link = await shared(api, ann, chat, password="open sesame", label="Family")
    door = await api.get(path(link), headers=PAGE)
    assert door.status_code == 200
    for secret in (SECRET, "Tides", "GPT-4.1", "Family", ann.username):
        assert secret not in door.text
    wrong = await api.post(path(link), data={"password": "open barley"}, headers=PAGE)
    assert wrong.status_code == 403
    assert SECRET not in wrong.text
    assert "not the password" in wrong.text
    entered = await api.post(path(link), data={"password": "open sesame"}, headers=PAGE)
    assert entered.status_code == 303
    assert SECRET in (await api.get(path(link))).text
    api.cookies.clear()
    assert SECRET not in (await api.get(path(link))).text


async def test_a_pass_of_one_link_opens_no_other(api, ann, chat):
    first = await shared(api, ann, chat, password="one")
    second = await shared(api, ann, chat, password="two")
    await api.post(path(first), data={"password": "one"}, headers=PAGE)
    stolen = next(iter(api.cookies.jar)).value
    api.cookies.clear()
    name = f"ioverse_share_{second['share_id'][-12:]}"
    page = await api.get(path(second), cookies={name: stolen})
    assert SECRET not in page.text


async def test_guessing_the_password_is_slowed_down(api, ann, chat):
    link = await shared(api, ann, chat, password="open sesame")
    for _ in range(guesses.FAILURES):
        await api.post(path(link), data={"password": "wrong"}, headers=PAGE)
    answer = await api.post(path(link), data={"password": "open sesame"}, headers=PAGE)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 1
    assert SECRET not in answer.text


async def test_a_limit_of_views_holds_also_for_many_at_once(api, ann, chat):
    link = await shared(api, ann, chat, views=3)
    door = await api.get(path(link))
    assert "3 more times" in door.text
    assert SECRET not in door.text

    async def come() -> int:
        async with api_client() as stranger:
            return (await stranger.post(path(link), headers=PAGE)).status_code

    answers = await asyncio.gather(*[come() for _ in range(8)])
    assert sorted(answers) == [303] * 3 + [410] * 5
    assert (await api.get(path(link))).status_code == 410


async def test_who_came_in_may_load_the_page_again(api, ann, chat):
    link = await shared(api, ann, chat, views=1)
    await api.post(path(link), headers=PAGE)
    for _ in range(2):
        assert SECRET in (await api.get(path(link))).text
    async with db.reading() as session:
        assert (await session.get(Share, link["share_id"])).views == 1


async def test_views_are_noted_without_an_address(api, ann, chat):
    link = await shared(api, ann, chat)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    await api.get(path(link), headers={"user-agent": agent})
    url = f"/api/shares/{link['share_id']}/views"
    views = (await api.get(url, headers=await signed_in(ann))).json()
    assert views["count"] == 1
    assert views["views"][0]["client"] == "Firefox on Linux"
    assert set(ShareView.model_fields) == {"id", "created_at", "updated_at", "share_id", "client"}


async def test_links_are_their_makers_business(api, ann, bob, chat):
    link = await shared(api, ann, chat)
    headers = await signed_in(bob)
    share_id = link["share_id"]
    for method, url in [
        ("POST", f"/api/chats/{chat.id}/share"),
        ("POST", f"/api/chats/{chat.id}/unshare"),
        ("GET", f"/api/chats/{chat.id}/shares"),
        ("GET", f"/api/chats/{chat.id}/share/preview"),
        ("GET", f"/api/shares/{share_id}/views"),
        ("DELETE", f"/api/shares/{share_id}"),
    ]:
        body = {"json": {}} if method == "POST" else {}
        assert (await api.request(method, url, headers=headers, **body)).status_code == 404, url
    assert (await api.get("/api/shares", headers=headers)).json() == {"shares": []}
    assert len((await api.get("/api/shares", headers=await signed_in(ann))).json()["shares"]) == 1


async def test_a_reader_with_an_account_goes_on_in_a_copy(api, ann, bob, chat):
    link = await shared(api, ann, chat)
    assert "Continue in my chats" not in (await api.get(path(link))).text
    refused = await api.post(f"{path(link)}/copy", headers=PAGE)
    assert refused.headers["location"] == "/login"
    async with db.transaction() as session:
        token = await sessions.start_browser(session, bob, Client(), keep=False)
    api.cookies.set(sessions.COOKIE, token)
    assert "Continue in my chats" in (await api.get(path(link))).text
    copied = await api.post(f"{path(link)}/copy", headers=PAGE)
    chat_id = re.fullmatch(r"/chat/(\w+)", copied.headers["location"])[1]
    api.cookies.clear()
    found = await api.get(f"/api/chats/{chat_id}/messages", headers=await signed_in(bob))
    assert [m["role"] for m in found.json()["messages"]] == ["user", "assistant"]
    assert SECRET in found.json()["messages"][1]["content"]


async def test_a_copy_needs_the_password_too(api, ann, bob, chat):
    link = await shared(api, ann, chat, password="open sesame")
    async with db.transaction() as session:
        token = await sessions.start_browser(session, bob, Client(), keep=False)
    api.cookies.set(sessions.COOKIE, token)
    answer = await api.post(f"{path(link)}/copy", headers=PAGE)
    assert answer.status_code == 200
    assert "Link password" in answer.text
    async with db.reading() as session:
        assert (await conversations.page(session, bob)).items == []


async def test_the_preview_is_what_a_stranger_will_see(api, ann, chat):
    private = await grow(chat, "My address is 5 Elm Street", "user")
    page = await api.get(
        f"/api/chats/{chat.id}/share/preview",
        params={"omit": [private.id]},
        headers=await signed_in(ann),
    )
    assert SECRET in page.text
    assert "Elm Street" not in page.text
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]


async def test_an_empty_chat_cannot_be_shared(api, ann):
    async with db.transaction() as session:
        empty = await conversations.start(session, ann)
    answer = await api.post(f"/api/chats/{empty.id}/share", json={}, headers=await signed_in(ann))
    assert answer.json()["code"] == "share_empty"


@pytest.mark.parametrize("token", ["x", "../etc", "%00", "a" * 5000, "é"])
async def test_what_is_no_link_gets_the_page_of_dead_ones(api, token):
    page = await api.get(f"/share/{token}")
    assert page.status_code in (404, 410)


async def test_pictures_are_shown_to_who_came_in_and_files_are_named(api, ann, chat):
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(picture, "PNG")

    async def once(data):
        yield data

    files = [
        await attachments.add(ann, "dot.png", once(picture.getvalue())),
        await attachments.add(ann, "note.txt", once(b"A private note")),
    ]
    question = await grow(chat, "Look", "user")
    async with db.transaction() as session:
        stored = await session.get_one(Message, question.id)
        await attachments.attach(session, ann, stored, [file.id for file in files])
    for live in (False, True):
        link = await shared(api, ann, chat, live=live)
        page = (await api.get(path(link))).text
        address = f"{path(link)}/pictures/{files[0].id}"
        assert f'src="{address}"' in page
        assert "note.txt" in page
        assert "A private note" not in page
        shown = await api.get(address)
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
        assert (await api.get(f"{path(link)}/pictures/{files[1].id}")).status_code == 404
    locked = await shared(api, ann, chat, password="open sesame")
    assert (await api.get(f"{path(locked)}/pictures/{files[0].id}")).status_code == 404
    without = await shared(api, ann, chat, omit=[question.id])
    assert (await api.get(f"{path(without)}/pictures/{files[0].id}")).status_code == 404
