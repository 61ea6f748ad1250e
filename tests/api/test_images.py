"""Images over HTTP: by OpenAI's own SDK, and as pages and programs of ours see them."""

from __future__ import annotations

import asyncio
import base64
import io
import zipfile

import httpx
import openai
import pytest
from conftest import eventually
from openai import AsyncOpenAI
from painter import painter as running_painter
from painter import picture
from programs import api_client, signed_in

from ioverse_app import db
from ioverse_app.api.application import create_api
from ioverse_app.engine import engine
from ioverse_app.providers import client, registry
from ioverse_app.providers.openai_chat import OpenAIChat
from ioverse_app.services import api_keys, images, runs

PATH = "/api/images"


@pytest.fixture
async def painter(database, configure):
    configure(rate_limits="off")
    async with running_painter() as painter, engine.running():
        registry.use(OpenAIChat(painter.url, name="studio", label="Studio"))
        yield painter
    await registry.close()
    await client.close()


@pytest.fixture
async def api(painter):
    async with api_client() as api:
        yield api


@pytest.fixture
async def sdk(painter, ann):
    """OpenAI's SDK with an API key of Ann's."""
    async with db.transaction() as session:
        _, secret = await api_keys.create(session, ann, name="Script", scopes=["images"])
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport) as http:
        yield AsyncOpenAI(
            api_key=secret,
            base_url="http://localhost:3000/v1",
            http_client=http,
            _strict_response_validation=True,
        )


async def test_the_sdk_generates_as_base64(sdk):
    answer = await sdk.images.generate(
        model="dall-e-2", prompt="A fox", n=3, size="512x512", response_format="b64_json"
    )
    data = [base64.b64decode(one.b64_json) for one in answer.data]
    assert [one[:4] for one in data] == [b"\x89PNG"] * 3
    assert answer.data[0].revised_prompt == "A painting of: A fox"
    assert answer.usage.output_tokens == 300


async def test_the_sdk_gets_a_signed_address_that_anybody_opens(sdk, api):
    answer = await sdk.images.generate(model="dall-e-3", prompt="A fox", quality="hd")
    url = answer.data[0].url
    assert url.startswith("http://localhost:3000/api/images/")
    shown = await api.get(url)
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/png"
    assert (await api.get(url[:-4] + "AAAA")).status_code == 410
    other = url.replace("/file?", "x/file?")
    assert (await api.get(other)).status_code == 410


async def test_the_sdk_edits_with_a_mask(sdk, painter):
    answer = await sdk.images.edit(
        model="gpt-image-2", image=picture(), mask=picture(), prompt="Add a hat"
    )
    assert base64.b64decode(answer.data[0].b64_json)[:4] == b"\x89PNG"
    assert len(painter.files[0]) == 2
    several = await sdk.images.edit(
        model="gpt-image-2", image=[picture(), picture(20, 20)], prompt="Both"
    )
    assert len(several.data) == 1
    assert len(painter.files[1]) == 2


async def test_what_is_wrong_is_told_in_openais_shape(sdk):
    with pytest.raises(openai.BadRequestError) as wrong:
        await sdk.images.generate(model="dall-e-3", prompt="A fox", n=2)
    assert wrong.value.body["param"] == "n"
    assert wrong.value.body["message"] == "dall-e-3 makes one image at a time."
    with pytest.raises(openai.BadRequestError) as empty:
        await sdk.images.generate(model="dall-e-3", prompt=" ")
    assert empty.value.body["param"] == "prompt"
    with pytest.raises(openai.NotFoundError) as gone:
        await sdk.images.generate(model="dall-e-9", prompt="A fox")
    assert gone.value.body["code"] == "model_not_found"
    with pytest.raises(openai.BadRequestError) as refused:
        await sdk.images.generate(model="dall-e-3", prompt="Moderation please")
    assert "safety system" in refused.value.body["message"]
    with pytest.raises(openai.BadRequestError) as no_image:
        await sdk.images.edit(model="dall-e-2", image=b"not an image", prompt="A hat")
    assert no_image.value.body["param"] == "image"
    with pytest.raises(openai.AuthenticationError):
        await sdk.with_options(api_key="iov_wrong").images.generate(prompt="A fox")


async def test_without_a_model_the_first_one_draws(sdk, painter):
    await sdk.images.generate(prompt="A fox", response_format="b64_json")
    assert painter.asked[0]["model"] == "dall-e-2"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"prompt": 3}',
        b'{"prompt": "x", "n": "many"}',
        b'{"prompt": "x", "size": [1]}',
        b'{"prompt": "x", "n": 1e30}',
        b'{"prompt": "x", "model": "dall-e-2", "size": "0x0"}',
        b'{"prompt": "x", "model": "some-flux", "size": "99999x1"}',
        b'{"prompt": "x", "stream": true}',
        b'{"prompt": "\\u0000", "model": "\\u0000"}',
    ],
)
async def test_nonsense_is_refused_with_a_sentence(api, ann, body):
    headers = await signed_in(ann) | {"Content-Type": "application/json"}
    answer = await api.post("/v1/images/generations", content=body, headers=headers)
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["error"]["message"]
    answer = await api.post("/v1/images/edits", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "form_unusable"


async def made(ann, prompt="A red fox", model="studio/dall-e-2", **parameters):
    """An image of Ann's, and its id."""
    run = await images.generate(ann, model, prompt, parameters)
    async for _ in runs.follow(ann, run.id):
        pass
    async with db.reading() as session:
        page = await images.page(session, ann, images.Wanted(run_id=run.id))
    return page.items[0].id


async def test_the_list_one_of_it_and_its_changes(api, ann, bob):
    fox, tree = await made(ann), await made(ann, "A tree", "studio/some-flux", seed=7)
    me, other = await signed_in(ann), await signed_in(bob)
    found = (await api.get(PATH, headers=me)).json()
    assert [one["image_id"] for one in found["images"]] == [tree, fox]
    assert found["images"][0]["seed"] == 7
    first = (await api.get(PATH, headers=me, params={"limit": 1})).json()
    rest = await api.get(PATH, headers=me, params={"limit": 1, "cursor": first["cursor"]})
    assert rest.json()["images"][0]["image_id"] == fox
    for params in ({"search": "red FO"}, {"model": "studio/dall-e-2"}):
        some = (await api.get(PATH, headers=me, params=params)).json()["images"]
        assert [one["image_id"] for one in some] == [fox]
    assert (await api.get(PATH, headers=me, params={"size": "9"})).status_code == 400
    assert (await api.get(PATH, headers=me, params={"cursor": "x"})).status_code == 400
    assert (await api.get(PATH, headers=other)).json()["images"] == []
    one = f"{PATH}/{fox}"
    saved = await api.patch(one, headers=me, json={"saved": True})
    assert saved.json()["saved"]
    assert (await api.get(one, headers=other)).status_code == 404
    assert (await api.patch(one, headers=other, json={"saved": False})).status_code == 404
    assert (await api.delete(one, headers=me)).status_code == 204
    assert (await api.get(one, headers=me)).status_code == 404
    trash = (await api.get(PATH, headers=me, params={"deleted": True})).json()
    assert [one["image_id"] for one in trash["images"]] == [fox]
    back = await api.patch(one, headers=me, json={"deleted": False})
    assert back.json()["saved"]


async def test_the_bytes_are_for_who_may_see_them(api, ann, bob):
    me, other = await signed_in(ann), await signed_in(bob)
    fox = await made(ann)
    file = f"{PATH}/{fox}/file"
    sent = await api.get(file, headers=me)
    assert sent.headers["content-type"] == "image/png"
    assert "immutable" in sent.headers["cache-control"]
    assert sent.headers["content-disposition"] == 'inline; filename="a-red-fox.png"'
    assert sent.headers["x-content-type-options"] == "nosniff"
    taken = await api.get(file, headers=me, params={"download": True})
    assert taken.headers["content-disposition"].startswith("attachment")
    tag = {"If-None-Match": sent.headers["etag"]}
    assert (await api.get(file, headers=me | tag)).status_code == 304
    part = await api.get(file, headers=me | {"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"\x89PNG")
    small = await api.get(f"{PATH}/{fox}/thumbnail", headers=me)
    assert small.headers["content-type"] == "image/webp"
    assert (await api.get(file, headers=other)).status_code == 404
    assert (await api.get(f"{PATH}/{fox}/thumbnail", headers=other)).status_code == 404
    assert (await api.get(file)).status_code == 401


async def test_a_link_opens_a_saved_image_until_it_is_deleted(api, ann):
    me, fox = await signed_in(ann), await made(ann)
    one = f"{PATH}/{fox}"
    assert (await api.post(f"{one}/links", headers=me, json={})).status_code == 409
    await api.patch(one, headers=me, json={"saved": True})
    for hours in (0, 73):
        wrong = await api.post(f"{one}/links", headers=me, json={"hours": hours})
        assert wrong.status_code == 400
    made_link = await api.post(f"{one}/links", headers=me, json={"hours": 1})
    url = made_link.json()["url"]
    assert (await api.get(url)).content[:4] == b"\x89PNG"
    await api.delete(one, headers=me)
    assert (await api.get(url)).status_code == 410


async def test_many_leave_as_one_zip(api, ann, bob):
    me, ids = await signed_in(ann), [await made(ann), await made(ann)]
    sent = await api.get(f"{PATH}/archive", headers=me, params={"ids": ",".join(ids)})
    with zipfile.ZipFile(io.BytesIO(sent.content)) as zipped:
        assert zipped.namelist() == ["a-red-fox.png", "a-red-fox (2).png"]
    other = await signed_in(bob)
    stolen = await api.get(f"{PATH}/archive", headers=other, params={"ids": ids[0]})
    assert stolen.status_code == 404


async def test_the_models_say_what_they_take(api, ann):
    models = (await api.get(f"{PATH}/models", headers=await signed_in(ann))).json()
    by_name = {one["model"]: one["takes"] for one in models}
    assert list(by_name) == [
        "studio/dall-e-2",
        "studio/dall-e-3",
        "studio/gpt-image-2",
        "studio/some-flux",
    ]
    assert by_name["studio/dall-e-3"]["styles"] == ["vivid", "natural"]
    assert by_name["studio/gpt-image-2"]["any_size"]["step"] == 16
    chatting = (await api.get("/api/models", headers=await signed_in(ann))).json()
    assert "dall-e" not in str(chatting)


async def test_who_hangs_up_finds_the_image_in_the_gallery(sdk, painter, api, ann):
    asking = asyncio.create_task(sdk.images.generate(model="dall-e-2", prompt="Slow fox"))
    await eventually(lambda: painter.asked)
    asking.cancel()
    painter.go.set()
    me = await signed_in(ann)
    for _ in range(200):
        if found := (await api.get(PATH, headers=me)).json()["images"]:
            break
        await asyncio.sleep(0.02)
    assert found[0]["prompt"] == "Slow fox"
