"""Pages without a browser: the states of one, and the events that a client may send to them."""

from __future__ import annotations

from inspect import isawaitable

import reflex as rx
from reflex.istate.data import RouterData

from ioverse_app import db
from ioverse_app.services import sessions
from ioverse_app.services.sessions import Client


async def page_of(user, path="/chat") -> rx.State:
    """The root state of a page that this person has open."""
    cookie = ""
    if user is not None:
        async with db.transaction() as session:
            token = await sessions.start_browser(
                session, user, Client("tests", "127.0.0.1"), keep=False
            )
        cookie = f"{sessions.COOKIE}={token}"
    root = rx.State(_reflex_internal_init=True)
    root.router = RouterData.from_router_data(
        {
            "pathname": path,
            "asPath": path,
            "headers": {"cookie": cookie, "origin": "http://localhost:3000"},
        }
    )
    return root


async def fire(root, handler, *args):
    """What the events of this handler are, as a client that sends it would get them."""
    state = root.get_substate(handler.state_full_name.split("."))
    result = handler.fn(state, *args)
    if hasattr(result, "__aiter__"):
        return state, [item async for item in result]
    return state, [await result if isawaitable(result) else result]
