"""Attachments over HTTP: uploaded as they come, and shown to nobody else."""

from __future__ import annotations

import files
import pytest
from programs import api_client, signed_in

from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words

PATH = "/api/attachments"


@pytest.fixture
async def api(database):
    async with engine.running():
        registry.use(Scripted(words("Yes.")))
        async with api_client() as api:
            yield api
    await registry.close()


async def upload(api, headers, name="notes.txt", data=b"Some notes", kind="text/plain"):
    return await api.post(PATH, files={"file": (name, data, kind)}, headers=headers)


async def test_upload_look_send_read(api, ann):
    headers = await signed_in(ann)
    sent = await upload(api, headers, "Übersicht 1.csv", b"a,b\n1,2")
    assert sent.status_code == 201, sent.text
    file = sent.json()
    assert file | {"attachment_id": ""} == {
        "attachment_id": "",
        "name": "Übersicht 1.csv",
        "kind": "text",
        "media_type": "text/csv",
        "size": 7,
        "width": None,
        "height": None,
        "pages": None,
        "cut": False,
        "waiting": True,
    }
    one = f"{PATH}/{file['attachment_id']}"
    assert (await api.get(one, headers=headers)).json() == file
    body = {"message": "", "attachments": [file["attachment_id"]]}
    started = (await api.post("/api/chats", json=body, headers=headers)).json()
    assert started["chat_title"] == "Übersicht 1.csv"
    read = await api.get(f"/api/chats/{started['chat_id']}/messages", headers=headers)
    assert read.json()["messages"][0]["attachments"] == [file | {"waiting": False}]
    assert (await api.delete(one, headers=headers)).status_code == 409


async def test_what_is_downloaded_can_do_no_harm(api, ann):
    headers = await signed_in(ann)
    page = (await upload(api, headers, "page.html", b"<script>alert(1)</script>")).json()
    path = f"{PATH}/{page['attachment_id']}/content"
    answer = await api.get(path, headers=headers)
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"] == 'attachment; filename="page.html"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, no-cache"
    again = await api.get(path, headers=headers | {"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

    shown = (await upload(api, headers, "photo.jpg", files.photo())).json()
    assert (shown["kind"], shown["width"], shown["height"]) == ("image", 40, 60)
    answer = await api.get(f"{PATH}/{shown['attachment_id']}/content", headers=headers)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].startswith("inline")
    assert files.PLACE not in answer.content
    assert len(answer.content) == shown["size"]


async def test_strangers_see_nothing(api, ann, bob):
    headers = await signed_in(ann)
    one = f"{PATH}/{(await upload(api, headers)).json()['attachment_id']}"
    for place in (one, f"{one}/content"):
        assert (await api.get(place)).status_code == 401
        assert (await api.get(place, headers=await signed_in(bob))).status_code == 404
    assert (await api.delete(one, headers=await signed_in(bob))).status_code == 404
    assert (await upload(api, {})).status_code == 401
    assert (await api.delete(one, headers=headers)).status_code == 204
    assert (await api.get(one, headers=headers)).status_code == 404


async def test_what_is_not_taken_is_refused_with_a_sentence(api, ann, configure, caplog):
    configure(attachment_max_mb=0.1, attachments_per_message=1)
    headers = await signed_in(ann)
    for status, code, name, data in (
        (413, "file_too_large", "large.txt", b"x" * 200_000),
        (400, "file_empty", "empty.txt", b""),
        (400, "file_misnamed", "photo.png", b"Not a picture"),
        (400, "file_bomb", "bomb.docx", files.packed({"word/document.xml": b" " * 50_000_000})),
        (400, "file_not_text", "noise.txt", bytes(range(256)) * 9),
    ):
        refused = await upload(api, headers, name, data)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert refused.json()["message"].startswith(f"“{name}” ")
    ids = [(await upload(api, headers)).json()["attachment_id"] for _ in range(2)]
    body = {"message": "Hi", "attachments": ids}
    many = await api.post("/api/chats", json=body, headers=headers)
    assert (many.status_code, many.json()["code"]) == (400, "too_many_attachments")
    configure(attachments_per_message=0)
    off = await upload(api, headers)
    assert (off.status_code, off.json()["code"]) == (403, "attachments_off")
    assert not [record for record in caplog.records if record.exc_info]


FORM = "multipart/form-data; boundary=b"
HALF = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nHal'


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("application/json", b"{}", "file_missing"),
        ("multipart/form-data", b"", "file_missing"),
        (f"multipart/form-data; boundary={'b' * 500}", b"", "file_missing"),
        (FORM, b"", "file_missing"),
        (FORM, b"no form at all", "file_missing"),
        (
            FORM,
            b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--',
            "file_missing",
        ),
        (FORM, HALF, "upload_interrupted"),
        (FORM, HALF + b"\r\n--b\xff", "upload_interrupted"),
    ],
)
async def test_a_form_that_is_none_gets_a_sentence(api, ann, kind, body, code):
    headers = await signed_in(ann) | {"Content-Type": kind}
    refused = await api.post(PATH, content=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, code), refused.text
