"""How soon 5,000 saved images are on the screen, beside a gallery that is empty."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from pathlib import Path

from page import middle, open_page
from PIL import Image as Picture
from playwright.sync_api import Browser
from server import Process
from sqlmodel import Session, create_engine, select

from ioverse_app.documents import drawn
from ioverse_app.tables import Image, User, now

IMAGES = 5_000
DIFFERENT = 60

# From a click to the frame in which the first tile, or the sentence of an empty gallery, is there;
# and until each thumbnail of the first screen is.
WATCH = """
() => {
  const bench = (window.bench = {...window.bench, clicked: 0, first: 0, all: 0});
  const click = () => { bench.clicked ||= performance.now(); };
  document.addEventListener('click', click, {capture: true, once: true});
  const look = () => {
    const tiles = [...document.querySelectorAll('.image-grid li .thumbnail')];
    const empty = document.querySelector('.image-empty');
    if (bench.clicked && !bench.first && (tiles.length || empty)) bench.first = performance.now();
    const seen = tiles.filter((tile) => tile.getBoundingClientRect().top < innerHeight);
    const there = seen.every((tile) => tile.querySelector('[data-there=true]'));
    if (bench.first && there) bench.all = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""


def measure(chromium: Browser, server: Process, cookie: str, folder: Path, repeats: int) -> dict:
    """Milliseconds with an empty gallery, then with a full one."""
    empty = [_open(chromium, server, cookie) for _ in range(repeats)]
    seed(folder)
    full = [_open(chromium, server, cookie) for _ in range(repeats)]
    before, after = middle([one["first"] for one in empty]), middle([one["first"] for one in full])
    return {
        "gallery_empty_ms": before,
        "gallery_5000_ms": after,
        "gallery_5000_times_empty": round(after["median"] / before["median"], 2),
        "gallery_5000_thumbnails_ms": middle([one["all"] for one in full]),
    }


def seed(folder: Path) -> None:
    """Saved images of the one person that there is, with a few thumbnails in turn."""
    pictures = [_picture(number, folder) for number in range(DIFFERENT)]
    engine = create_engine(f"sqlite:///{folder / 'ioverse.db'}")
    with Session(engine) as session:
        owner = session.exec(select(User)).one().id
        for number in range(IMAGES):
            key, thumbnail, blurred, size = pictures[number % DIFFERENT]
            made = now() - timedelta(minutes=number)
            session.add(
                Image(
                    user_id=owner,
                    prompt=f"Image {number} of a fox in the snow, at dusk, in warm light",
                    words=f" image {number} of a fox in the snow at dusk in warm light ",
                    model="compatible/some-flux",
                    parameters={"size": "1024x1024"},
                    width=1024,
                    height=1024,
                    format="png",
                    size=size,
                    stored=key,
                    thumbnail=thumbnail,
                    blurred=blurred,
                    created_at=made,
                    saved_at=made,
                )
            )
        session.commit()
    engine.dispose()


def _open(chromium: Browser, server: Process, cookie: str) -> dict:
    page = open_page(chromium, server.url, cookie)
    page.wait_for_timeout(1000)
    page.evaluate(WATCH)
    page.get_by_role("link", name="Images").click()
    for _ in range(300):  # the page's policy does not let a condition wait inside of it
        bench = page.evaluate("window.bench")
        if bench["all"]:
            break
        page.wait_for_timeout(100)
    page.context.close()
    return {name: bench[name] - bench["clicked"] for name in ("first", "all")}


def _picture(number: int, folder: Path) -> tuple[str, str, str, int]:
    """A picture in the storage: its key, its thumbnail's, its placeholder and its size."""
    to = io.BytesIO()
    noise = Picture.effect_noise((64, 64), 60 + number).resize((1024, 1024))
    noise.convert("RGB").save(to, "PNG")
    seen = drawn.look(to.getvalue())
    key, thumbnail = (_put(folder, data) for data in (to.getvalue(), seen.thumbnail))
    return key, thumbnail, seen.blurred, len(to.getvalue())


def _put(folder: Path, data: bytes) -> str:
    key = hashlib.sha256(data).hexdigest()
    place = folder / "files" / key[:2] / key[2:]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return key
