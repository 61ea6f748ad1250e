"""The administration for programs: a day of an owner, from the outside."""

from __future__ import annotations

import pytest
from conftest import add_person
from objects import SECRET, objects_of
from programs import api_client, signed_in
from server import free_port

from ioverse_app import mail
from ioverse_app.tables import Role


@pytest.fixture
async def api(database):
    async with api_client() as api:
        yield api


@pytest.fixture
async def owner(database):
    return await add_person("olga", role=Role.OWNER)


async def test_people_and_groups(api, owner):
    headers = await signed_in(owner)
    made = await api.post(
        "/api/admin/people",
        json={"username": "Eve", "email": "eve@example.org", "role": "guest"},
        headers=headers,
    )
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    eve = {"email": "eve", "password": made.json()["password"]}
    tokens = (await api.post("/api/login", json=eve)).json()
    theirs = {"Authorization": f"Bearer {tokens['token']}"}
    assert (await api.get("/api/users/me", headers=theirs)).json()["role"] == "guest"

    group = (await api.post("/api/admin/groups", json={"name": "Writers"}, headers=headers)).json()
    url = f"/api/admin/people/{made.json()['user_id']}"
    body = {"role": "member", "group_ids": [group["group_id"]], "blocked": True}
    changed = (await api.patch(url, json=body, headers=headers)).json()
    assert (changed["role"], changed["blocked"]) == ("member", True)
    assert [one["name"] for one in changed["groups"]] == ["Writers"]
    assert (await api.get("/api/users/me", headers=theirs)).status_code == 401
    assert (await api.post("/api/login", json=eve)).status_code == 403
    assert (await api.patch(url, json={"role": "king"}, headers=headers)).status_code == 400
    assert (await api.delete(url, headers=headers)).status_code == 200
    assert (await api.get(url, headers=headers)).status_code == 404
    own = f"/api/admin/people/{owner.id}"
    assert (await api.delete(own, headers=headers)).status_code == 409


async def test_a_chat_is_opened_with_a_reason_and_its_owner_is_told(api, owner, ann, bob):
    headers, known = await signed_in(owner), await objects_of(ann)
    listed = await api.get("/api/admin/chats", headers=headers)
    assert SECRET not in listed.text
    about = next(one for one in listed.json()["chats"] if one["id"] == known["chat_id"])
    assert (about["owner"], about["messages"]) == ("Ann", 2)
    url = f"/api/admin/chats/{known['chat_id']}/open"
    for reason in ("", "because"):
        refused = await api.post(url, json={"reason": reason}, headers=headers)
        assert refused.json()["code"] == "reason_missing"
    opened = await api.post(url, json={"reason": "Ann asked for help"}, headers=headers)
    assert opened.status_code == 201
    path = opened.json()["path"]
    page = await api.get(path, headers=headers)
    assert SECRET in page.text
    assert "<script" not in page.text
    other = await add_person("otto", role=Role.OWNER)
    assert (await api.get(path, headers=await signed_in(other))).status_code == 404
    looks = (await api.get("/api/looks", headers=await signed_in(ann))).json()["looks"]
    assert [(one["chat_id"], one["reason"]) for one in looks] == [
        (known["chat_id"], "Ann asked for help")
    ]
    assert (await api.get("/api/looks", headers=await signed_in(bob))).json() == {"looks": []}


async def test_links_settings_the_log_and_the_doctor(api, owner, ann):
    headers, known = await signed_in(owner), await objects_of(ann)
    (link,) = (await api.get("/api/admin/shares", headers=headers)).json()["shares"]
    assert (link["owner"], link["is_open"]) == ("Ann", True)
    await api.delete(f"/api/admin/shares/{known['share_id']}", headers=headers)
    (link,) = (await api.get("/api/admin/shares", headers=headers)).json()["shares"]
    assert not link["is_open"]

    url = "/api/admin/settings"
    changed = await api.patch(url, json={"registration": "closed"}, headers=headers)
    assert changed.json()["settings"]["registration"] == "closed"
    assert changed.json()["changed"] == ["registration"]
    body = {"username": "New", "email": "new@example.org", "password": "a fine long passphrase"}
    assert (await api.post("/api/register", json=body)).status_code == 403
    await api.patch(url, json={"registration": None}, headers=headers)
    assert (await api.post("/api/register", json=body)).status_code == 201
    assert (await api.patch(url, json={"data_dir": "/"}, headers=headers)).status_code == 400

    log = (await api.get("/api/admin/audit", headers=headers)).json()["entries"]
    assert {"share.revoked", "setting.changed", "session.started"} <= {e["action"] for e in log}
    assert log[0]["previous"] == log[1]["hash"]
    verdict = (await api.get("/api/admin/audit/verify", headers=headers)).json()
    assert verdict["is_whole"]
    overview = (await api.get("/api/admin/overview", headers=headers)).json()
    assert (overview["people"], overview["runs"]) == (3, {"completed": 1})
    findings = (await api.get("/api/admin/doctor", headers=headers)).json()["findings"]
    assert {"Disk", "Audit log"} <= {one["about"] for one in findings}
    assert (await api.get("/api/admin/jobs", headers=headers)).status_code == 503


async def test_a_test_mail_is_kept_as_a_file_or_refused_in_the_servers_words(api, owner, configure):
    headers = await signed_in(owner)
    sent = await api.post("/api/admin/mail/test", headers=headers)
    assert sent.json()["message"].startswith("The mail was written as a file")
    (kept,) = mail.folder().iterdir()
    assert f"To: {owner.email}" in kept.read_text()
    configure(smtp_host="127.0.0.1", smtp_port=free_port(), smtp_tls="off")
    refused = await api.post("/api/admin/mail/test", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (503, "mail_failed")
    assert refused.json()["message"].startswith("The mail server did not take the mail: ")
    member = await signed_in(await add_person("mia"))
    assert (await api.post("/api/admin/mail/test", headers=member)).status_code == 403
