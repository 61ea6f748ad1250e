"""Who asks through the gateway, for which model, and who pays."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any

from ioverse_app.engine import tokens
from ioverse_app.errors import Invalid
from ioverse_app.providers.errors import ModelNotFound
from ioverse_app.providers.provider import Model
from ioverse_app.services import access, metered, paying
from ioverse_app.services.access import Action
from ioverse_app.services.metered import Tally
from ioverse_app.services.paying import Answerer
from ioverse_app.tables import User

NAME_MAX = 250
UNKNOWN = "The model '{name}' does not exist here, or you may not use it."
AMBIGUOUS = "Several providers have the model '{name}'. Say which: {refs}."


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody, and the API key that they ask with, if it is one."""

    user: User
    api_key_id: str | None = None

    def reserved(
        self, answerer: Answerer, prompt: int, output: int, kind: str
    ) -> AbstractAsyncContextManager[Tally]:
        """Keep so many tokens free of this person's budgets; see `metered`."""
        payer = replace(answerer.payer.account, api_key_id=self.api_key_id)
        return metered.reserved(self.user, answerer.profile, prompt, output, kind=kind, payer=payer)


async def models(user: User) -> list[Model]:
    """The models that this person can ask now."""
    return list((await paying.available(user)).models)


async def model(user: User, name: str) -> Model:
    """One of them, by `<provider>/<name>` or a plain name that only one of them has."""
    listed = await models(user)
    found = [one for one in listed if one.ref == name] or _plain(listed, name)
    if not found:
        raise ModelNotFound(UNKNOWN.format(name=name[:NAME_MAX]), param="model")
    return found[0]


async def answerer(user: User, name: str, *, elsewhere: bool = False) -> Answerer:
    """Who answers for a model, named as above.

    `elsewhere`: it may be in no list, as models for embeddings are, if only one provider is there
    to ask for it.
    """
    access.check(user, Action.CHAT)
    if len(name) > NAME_MAX or "\x00" in name:
        raise ModelNotFound(UNKNOWN.format(name=name[:NAME_MAX]), param="model")
    provider, _, rest = name.partition("/")
    asked = await paying.providers(user)
    if rest and any(one.name == provider for one in asked):
        return await paying.find(user, name)
    if found := _plain(await models(user), name):
        return await paying.find(user, found[0].ref)
    remote = [one for one in asked if one.name != "embedded"]
    if elsewhere and len(remote) == 1:
        return await paying.find(user, f"{remote[0].name}/{name}")
    raise ModelNotFound(UNKNOWN.format(name=name[:NAME_MAX]), param="model")


def size(value: Any) -> int:
    """About how many tokens the texts in a request have; pictures count as nothing."""
    if isinstance(value, str):
        return 0 if value.startswith("data:") else tokens.estimate(value)
    if isinstance(value, dict):
        return sum(size(each) for each in value.values())
    if isinstance(value, list):
        return sum(size(each) for each in value)
    return 0


def _plain(listed: list[Model], name: str) -> list[Model]:
    found = [one for one in listed if one.ref.partition("/")[2] == name]
    if len(found) > 1:
        refs = ", ".join(one.ref for one in found)
        raise Invalid(
            AMBIGUOUS.format(name=name[:NAME_MAX], refs=refs), code="model_ambiguous", param="model"
        )
    return found
