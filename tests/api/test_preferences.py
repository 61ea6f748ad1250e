"""Preferences and models, as programs see and change them."""

from __future__ import annotations

import pytest
from programs import api_client, signed_in

from ioverse_app.engine import engine
from ioverse_app.providers import registry
from ioverse_app.providers.scripted import Scripted, words

HERE = "/api/users/me/preferences"


@pytest.fixture
async def api(database):
    async with engine.running():
        registry.use(Scripted(words("Yes.")))
        async with api_client() as api:
            yield api
    await registry.close()


async def test_preferences_are_read_and_changed(api, ann, bob):
    headers = await signed_in(ann)
    read = (await api.get(HERE, headers=headers)).json()
    assert read["preferences"]["accent"] == "iris"
    assert read["choices"]["font_size"] == [14, 15, 16, 17, 18, 19, 20]
    changed = await api.patch(HERE, json={"accent": "mint", "motion": "reduce"}, headers=headers)
    assert changed.json()["preferences"]["accent"] == "mint"
    await api.patch(HERE, json={"motion": None}, headers=headers)
    read = (await api.get(HERE, headers=headers)).json()["preferences"]
    assert (read["accent"], read["motion"]) == ("mint", "system")
    others = (await api.get(HERE, headers=await signed_in(bob))).json()["preferences"]
    assert others["accent"] == "iris"


async def test_what_cannot_be_is_refused(api, ann):
    headers = await signed_in(ann)
    refused = await api.patch(HERE, json={"font_size": 40}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "preference_invalid")
    assert refused.json()["message"].startswith("Font size is one of")
    assert (await api.patch(HERE, json=[1], headers=headers)).status_code == 400
    assert (await api.get(HERE)).status_code == 401
    assert (await api.patch(HERE, json={})).status_code == 401


async def test_the_model_of_a_chat_is_chosen_among_those_listed(api, ann, bob):
    headers = await signed_in(ann)
    listed = (await api.get("/api/models", headers=headers)).json()
    (parrot,) = listed["models"]
    assert (parrot["model"], parrot["label"], parrot["ended"]) == (
        "scripted/parrot",
        "Parrot",
        False,
    )
    assert (await api.get("/api/models")).status_code == 401
    chat = (await api.post("/api/chats", json={"message": "Hi"}, headers=headers)).json()["chat_id"]
    path = f"/api/chats/{chat}/model"
    chosen = await api.put(path, json={"model": "scripted/parrot"}, headers=headers)
    assert chosen.json() == {"chat_id": chat, "model": "scripted/parrot"}
    refused = await api.put(path, json={"model": "scripted/owl"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "model_unavailable")
    others = await api.put(path, json={"model": "scripted/parrot"}, headers=await signed_in(bob))
    assert others.status_code == 404
