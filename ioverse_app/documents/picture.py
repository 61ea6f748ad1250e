"""A picture, written anew: only its pixels are kept, upright and no larger than models look at."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

from ioverse_app.documents.document import Document, Limits, Refusal

FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
PHOTOS: Final = ("JPEG", "WEBP", "AVIF")
LARGEST: Final = 3_500_000
"""Bytes. Some providers take no picture that has more than 5 MB as base64."""


def rewrite(path: Path, target: Path, limits: Limits) -> Document:
    """Write the picture to `target`, as JPEG or PNG: what every model that sees takes.

    What it tells besides, like the place where it was taken, is left out. Of one that moves its
    first picture is taken, and it is said to be cut.
    """
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # counted here
    try:
        with Image.open(path, formats=FORMATS) as opened:
            width, height = opened.size
            if width * height > limits.pixels:
                raise Refusal("picture_too_large", width=f"{width:,}", height=f"{height:,}")
            cut = getattr(opened, "n_frames", 1) > 1
            is_photo = opened.format in PHOTOS
            opened.draft("RGB" if opened.mode == "YCbCr" else None, (limits.side, limits.side))
            profile = opened.info.get("icc_profile")
            picture = ImageOps.exif_transpose(opened)
            picture = _plain(picture)
    except Refusal:
        raise
    except Image.UnidentifiedImageError:
        raise Refusal("file_unknown" if _is_heic(path) else "file_damaged") from None
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError):
        raise Refusal("file_damaged") from None
    picture.thumbnail((limits.side, limits.side), Image.Resampling.LANCZOS)
    media_type, data = _written(picture, is_photo, profile)
    target.write_bytes(data)
    return Document("image", media_type, cut=cut, width=picture.width, height=picture.height)


def _plain(picture: Any) -> Any:
    """In gray or colours of 8 bits, with transparency if any of it is."""
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        return rgba if rgba.getextrema()[3][0] < 255 else rgba.convert("RGB")
    if picture.mode.startswith("I;16"):
        return picture.convert("I").point([value // 256 for value in range(65536)], "L")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _written(picture: Any, is_photo: bool, profile: bytes | None) -> tuple[str, bytes]:
    if not is_photo or picture.mode == "RGBA":
        data = _saved(picture, "PNG", profile)
        if len(data) <= LARGEST:
            return "image/png", data
    picture = _on_white(picture)
    for quality in (90, 80, 60):
        data = _saved(picture, "JPEG", profile, quality=quality)
        if len(data) <= LARGEST:
            break
    return "image/jpeg", data


def _saved(picture: Any, form: str, profile: bytes | None, **options: Any) -> bytes:
    to = io.BytesIO()
    for hint in ("exif", "xmp", "comment"):
        picture.info.pop(hint, None)
    picture.save(to, form, icc_profile=profile if picture.mode != "L" else None, **options)
    return to.getvalue()


def _on_white(picture: Any) -> Any:
    from PIL import Image

    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _is_heic(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(12)[4:8] == b"ftyp"
