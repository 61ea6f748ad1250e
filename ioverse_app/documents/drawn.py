"""An image that a model made: looked at before it is believed, with a thumbnail and a blur.

All of it takes its time: call it in a thread.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from typing import Any, Final

from ioverse_app.documents.document import Refusal

FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
PIXELS: Final = 50_000_000
"""More than any model makes, and what can be looked at without filling the memory."""

THUMBNAIL: Final = 512
PREVIEW: Final = 384
BLUR: Final = 12

SENTENCES: Final = {
    "image_empty": "The provider sent an empty image. Generate again.",
    "image_page": "The provider sent a web page in place of an image. Generate again.",
    "image_unknown": "The provider sent something that is not a PNG, JPEG, WebP or GIF image.",
    "image_damaged": "The provider sent an image that is damaged or cut off. Generate again.",
    "image_too_large": (
        "The provider sent an image of {width} × {height} pixels, which is too large to be kept."
    ),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What an image is, its thumbnail as WebP, and a blur of it as a data URL."""

    format: str
    width: int
    height: int
    thumbnail: bytes = field(repr=False)
    blurred: str = field(repr=False)


def look(data: bytes) -> Drawn:
    """Look at every pixel of an image. Refusal, by a reason in SENTENCES, if it cannot be kept."""
    picture = _opened(data)
    small = _fitting(picture, THUMBNAIL)
    return Drawn(
        format=str(picture.format).lower(),
        width=picture.width,
        height=picture.height,
        thumbnail=_webp(small, 80),
        blurred=_url(_webp(_fitting(small, BLUR), 40)),
    )


def preview(data: bytes) -> str:
    """A small picture of one that is not done yet, as a data URL."""
    return _url(_webp(_fitting(_opened(data), PREVIEW), 50))


def plain_png(data: bytes, *, alpha: bool = False) -> bytes:
    """A picture that a person gave, written anew as PNG; with its transparency if it is a mask."""
    picture = _opened(data).convert("RGBA" if alpha else "RGB")
    picture.info.clear()
    return _saved(picture, "PNG")


def _opened(data: bytes) -> Any:
    from PIL import Image

    start = data[:512].lstrip()
    if not start:
        raise Refusal("image_empty")
    if start[:1] == b"<":  # an SVG is a page as well: it can have scripts
        is_svg = b"<svg" in data[:2048].lower()
        raise Refusal("image_unknown" if is_svg else "image_page")
    Image.MAX_IMAGE_PIXELS = None  # counted here
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        width, height = picture.size
        if width * height > PIXELS:
            raise Refusal("image_too_large", width=f"{width:,}", height=f"{height:,}")
        picture.load()
    except Image.UnidentifiedImageError:
        raise Refusal("image_unknown") from None
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError):
        raise Refusal("image_damaged") from None
    return picture


def _fitting(picture: Any, side: int) -> Any:
    from PIL import Image

    has_alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    small = picture.convert("RGBA" if has_alpha else "RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return small


def _webp(picture: Any, quality: int) -> bytes:
    return _saved(picture, "WEBP", quality=quality, method=4)


def _saved(picture: Any, form: str, **options: Any) -> bytes:
    to = io.BytesIO()
    picture.save(to, form, **options)
    return to.getvalue()


def _url(data: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(data).decode()}"
