"""The server goes where people send it only if everybody could go there."""

import asyncio
import socket

import pytest
from aiohttp import web

from ioverse_app import outside
from ioverse_app.errors import Invalid, Unavailable
from ioverse_app.outside import Inside


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
    ],
)
def test_it_is_inside(address):
    assert not outside.is_outside(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"]
)
def test_it_is_outside(address):
    assert outside.is_outside(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost:8080/x",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://169.254.169.254/latest/meta-data/",
        "https://[::ffff:169.254.169.254]/",
    ],
)
async def test_no_way_of_writing_it_leads_inside(address):
    with pytest.raises(Inside):
        await outside.check(address)
    with pytest.raises((Inside, Unavailable)):  # some ways of writing it are no address there
        await outside.fetch(address, max_bytes=100)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "ftp://example.org/",
        "file:///etc/passwd",
        "//example.org",
        "http://",
        "http://user:secret@example.org/",
        "http://example.org:99999/",
        "http://exa\nmple.org/",
        "gopher://127.0.0.1",
        "http://" + "x" * 3000,
    ],
)
async def test_what_is_no_address_is_refused(address):
    with pytest.raises(Invalid, match="address of a website"):
        await outside.check(address)


async def test_a_name_that_is_unknown_is_said_to_be():
    with pytest.raises(Unavailable, match="no site called"):
        await outside.check("http://nowhere.invalid/")


@pytest.fixture
async def site():
    """A site on this computer; only an administrator can allow it."""
    app = web.Application()
    app.router.add_get("/", lambda _: web.Response(text="hello"))
    app.router.add_get("/long", lambda _: web.Response(body=b"x" * 5000))
    app.router.add_get("/round", _to("/round"))
    app.router.add_get("/on", _to("/"))
    app.router.add_get("/meta", _to("http://169.254.169.254/latest"))
    app.router.add_get("/file", _to("file:///etc/passwd"))
    runner = web.AppRunner(app)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def _to(address: str):
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": address})

    return answer


async def test_an_administrator_can_allow_what_is_inside(site, configure):
    configure(outside_private="true")
    assert await outside.check(site) == site
    found = await outside.fetch(f"{site}/on", max_bytes=100)
    assert (found.status, found.content, found.kind) == (200, b"hello", "text/plain")
    assert found.url == f"{site}/"


async def test_there_is_an_end_to_what_is_read_and_followed(site, configure):
    configure(outside_private="true")
    with pytest.raises(Invalid, match="more than 1,000 bytes"):
        await outside.fetch(f"{site}/long", max_bytes=1000)
    with pytest.raises(Invalid, match="without end"):
        await outside.fetch(f"{site}/round", max_bytes=1000)
    with pytest.raises(Invalid, match="address of a website"):
        await outside.fetch(f"{site}/file", max_bytes=1000)
    with pytest.raises(Unavailable, match="does not answer"):
        await outside.fetch("http://127.0.0.1:9/", max_bytes=1000)


async def test_a_redirect_does_not_lead_inside(site, monkeypatch):
    """The first stop counts as outside here; the second is the metadata service of a cloud."""
    monkeypatch.setattr(outside, "is_outside", lambda address: address == "127.0.0.1")
    with pytest.raises(Inside):
        await outside.fetch(f"{site}/meta", max_bytes=1000)


async def test_a_name_that_changes_between_the_look_and_the_visit_is_refused(site, monkeypatch):
    """It is outside when it is checked, and inside when it is connected to."""
    loop, asked = asyncio.get_running_loop(), []
    port = int(site.rpartition(":")[2])

    async def resolve(host, at, **_):
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, at))]

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    address = f"http://rebinding.example:{port}/"
    assert await outside.check(address) == address
    with pytest.raises(Inside):
        await outside.fetch(address, max_bytes=1000)
    assert len(asked) == 2
