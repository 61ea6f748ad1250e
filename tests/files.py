"""Files for the tests: honest ones, and ones that mean harm."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from xml.sax.saxutils import escape

from fpdf import FPDF
from PIL import Image

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PLACE = b"A secret place"


def png(width: int = 40, height: int = 30, colour: str = "teal", mode: str = "RGB") -> bytes:
    return _saved(Image.new(mode, (width, height), colour), "PNG")


def photo(width: int = 60, height: int = 40) -> bytes:
    """A JPEG that lies on its side, and says where it was taken."""
    picture = Image.new("RGB", (width, height), "orange")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = PLACE.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return _saved(picture, "JPEG", exif=exif)


def gif(pictures: int = 3) -> bytes:
    frames = [Image.new("P", (20, 20), number) for number in range(pictures)]
    for number, frame in enumerate(frames):
        frame.putpalette([number * 40, 0, 90] * 256)
        frame.putpixel((number, 0), number)
    return _saved(frames[0], "GIF", save_all=True, append_images=frames[1:])


def huge_png(side: int = 30_000) -> bytes:
    """A small file that unpacks to 900 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    rows = zlib.compress(b"\0" * 1_000_000)
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def pdf(*pages: str, password: str | None = None) -> bytes:
    document = FPDF()
    document.set_font("Helvetica", size=12)
    for page in pages:
        document.add_page()
        if page:
            document.multi_cell(0, text=page)
    if password:
        document.set_encryption(owner_password="o" + password, user_password=password)
    return bytes(document.output())


def docx(*blocks: str, **more: bytes) -> bytes:
    """A DOCX of these blocks: a text makes a paragraph, `<…>` is taken as it is."""
    body = "".join(b if b.startswith("<") else paragraph(b) for b in blocks)
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return packed({"word/document.xml": document.encode(), **more})


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def table(*rows: list[str]) -> str:
    cells = ["".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows]
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def packed(entries: dict[str, bytes]) -> bytes:
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return to.getvalue()


def _saved(picture: Image.Image, form: str, **options: object) -> bytes:
    to = io.BytesIO()
    picture.save(to, form, **options)
    return to.getvalue()
