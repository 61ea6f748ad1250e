"""Files are what they are by their content; what means harm gets a sentence and does none."""

from __future__ import annotations

import asyncio
import io
import time

import files
import pytest
from PIL import Image

from ioverse_app.documents import reading
from ioverse_app.documents.document import Limits
from ioverse_app.errors import Invalid

LIMITS = Limits(characters=1000, pages=20)


@pytest.fixture
def read(tmp_path):
    async def read(content: bytes, name: str = "file", limits: Limits = LIMITS):
        source = tmp_path / "source"
        source.write_bytes(content)
        return await reading.read(source, tmp_path / "target", name, limits)

    return read


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("notes.txt", b"One\r\nTwo\r\n", "One\nTwo\n"),
        ("noname", "Grüße, 速い 🙂".encode(), "Grüße, 速い 🙂"),
        ("marked.txt", "Grüße".encode("utf-8-sig"), "Grüße"),
        ("excel.csv", "Größe;Preis\n1;2".encode("utf-16"), "Größe;Preis\n1;2"),
        ("old.txt", ("Die Größe der Übergänge ist höher. " * 9).encode("cp1252"), "Größe"),
        ("french.txt", "Café — naïve “quotes”".encode("cp1252"), "naïve “quotes”"),
        ("russian.txt", "Привет, как дела? Всё хорошо.".encode("cp1251"), "Привет"),
        ("page.html", b"<!doctype html><p>Hi</p>", "<p>Hi</p>"),
        ("drawing.svg", b"<svg onload='alert(1)'/>", "<svg"),
        ("data.json", b'{"a": 1}', '{"a": 1}'),
    ],
)
async def test_text_is_read_in_whatever_encoding_it_is(read, name, content, text):
    document = await read(content, name)
    assert (document.kind, document.cut) == ("text", False)
    assert text in document.text
    assert document.media_type == ("text/csv" if name.endswith("csv") else "text/plain")


async def test_long_text_is_cut_and_says_so(read):
    document = await read("é".encode() * 1500, "long.txt")
    assert (document.text, document.cut) == ("é" * 1000, True)
    assert (await read("🙂".encode() * 5000, "faces.txt")).text == "🙂" * 1000


async def test_the_text_of_a_pdf(read):
    document = await read(files.pdf("The first page.", "The second page."), "report.pdf")
    assert (document.kind, document.pages, document.cut) == ("pdf", 2, False)
    assert document.text == "The first page.\n\nThe second page."


async def test_a_pdf_of_5000_pages_is_read_as_far_as_there_is_room(read):
    document = await read(files.pdf(*["Page after page."] * 5000), "long.pdf")
    assert (document.pages, document.cut) == (20, True)
    assert len(document.text) <= 1000
    more = await read(files.pdf(*["x" * 400] * 5), "wide.pdf")
    assert (more.pages, more.cut, len(more.text)) == (3, True, 1000)


async def test_the_text_of_a_docx(read):
    content = files.docx(
        files.paragraph("Plans", style="Heading2"),
        "Bread & butter",
        files.table(["Name", "Price"], ["Tea", "3"]),
        "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>An item</w:t><w:tab/></w:r></w:p>",
    )
    document = await read(content, "plans.docx")
    assert document.kind == "docx"
    assert document.text == "## Plans\nBread & butter\n| Name | Price |\n| Tea | 3 |\n- An item"
    long = await read(files.docx(*["Again and again"] * 500), "long.docx")
    assert (len(long.text), long.cut) == (1000, True)


async def test_a_picture_is_written_anew_without_what_it_tells_besides(read, tmp_path):
    content = files.photo(60, 40)
    assert files.PLACE in content
    document = await read(content, "photo.jpg")
    assert (document.kind, document.media_type) == ("image", "image/jpeg")
    assert (document.width, document.height) == (40, 60), "it stands upright"
    written = (tmp_path / "target").read_bytes()
    assert files.PLACE not in written
    assert not Image.open(io.BytesIO(written)).getexif()


@pytest.mark.parametrize(
    ("content", "name", "media_type", "size", "cut"),
    [
        (files.png(), "a.png", "image/png", (40, 30), False),
        (files.png(), "in fact a png.jpg", "image/png", (40, 30), False),
        (files.png(5000, 100), "wide", "image/png", (2048, 41), False),
        (files.png(mode="RGBA", colour="#ff000080"), "see-through.png", "image/png", (40, 30), 0),
        (files.png(mode="I;16", colour=9), "deep.png", "image/png", (40, 30), False),
        (files.gif(), "moving.gif", "image/png", (20, 20), True),
    ],
)
async def test_every_picture_becomes_one_that_models_take(
    read, tmp_path, content, name, media_type, size, cut
):
    document = await read(content, name)
    assert (document.media_type, document.cut) == (media_type, cut)
    assert (document.width, document.height) == size
    assert Image.open(tmp_path / "target").size == size


ENTITIES = b'<!DOCTYPE a [<!ENTITY x "%s">]><a>&x;</a>' % (b"x" * 1000)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("nothing.txt", b"", "file_empty"),
        ("blank.txt", b" \n\n", "file_empty"),
        ("photo.png", b"MZ\x90\0\x03\0\0\0" + bytes(range(256)) * 20, "file_damaged"),
        ("photo.png", b"I am not a picture", "file_misnamed"),
        ("report.pdf", files.png(), "file_misnamed"),
        ("notes.txt", files.pdf("Hi"), "file_misnamed"),
        ("report.pdf", files.docx("Hi"), "file_misnamed"),
        ("program", b"\x7fELF\x02\x01\x01\0" + bytes(range(256)) * 20, "file_not_text"),
        ("noise.txt", bytes((i * 7919 >> 3) % 251 for i in range(5000)), "file_not_text"),
        ("half.png", files.png(400, 300)[:200], "file_damaged"),
        ("huge.png", files.huge_png(), "picture_too_large"),
        ("half.pdf", files.pdf("Hi")[:80], "file_damaged"),
        ("locked.pdf", files.pdf("Hi", password="secret"), "file_locked"),
        ("scan.pdf", files.pdf("", ""), "file_without_text"),
        ("archive.zip", files.packed({"a.txt": b"Hi"}), "file_unknown"),
        ("half.docx", files.docx("Hi")[:60], "file_damaged"),
        ("odd.docx", files.packed({"word/document.xml": b"<a><b></a>"}), "file_damaged"),
        ("entities.docx", files.packed({"word/document.xml": ENTITIES}), "file_damaged"),
        ("bomb.docx", files.packed({"word/document.xml": b" " * 50_000_000}), "file_bomb"),
        ("bomb.docx", files.docx("Hi", **{"word/x": b" " * 301_000_000}), "file_bomb"),
        ("many.docx", files.docx("Hi", **{str(n): b"" for n in range(5001)}), "file_bomb"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_office"),
        ("letter.rtf", b"{\\rtf1 Hi}", "file_unknown"),
    ],
)
async def test_what_cannot_be_read_gets_a_sentence(read, name, content, code):
    with pytest.raises(Invalid) as refused:
        await read(content, name)
    assert refused.value.code == code
    assert refused.value.message.startswith(f"“{name}” ")
    assert refused.value.message.endswith(".")


async def test_what_takes_too_long_or_too_much_is_given_up(read, monkeypatch):
    deep = b"<a>" * 3_000_000
    with pytest.raises(Invalid) as refused:
        await read(files.packed({"word/document.xml": deep}), "deep.docx")
    assert refused.value.code in ("file_bomb", "file_damaged", "file_too_hard")
    monkeypatch.setattr(reading, "SECONDS", 0.01)
    begun = time.monotonic()
    with pytest.raises(Invalid, match="too much time or memory"):
        await read(b"Hi", "slow.txt")
    assert time.monotonic() - begun < 2


async def test_nobody_waits_while_a_file_is_read(read):
    """The longest that the event loop stood still, while a long PDF is read."""
    work = asyncio.create_task(read(files.pdf(*["Page after page. " * 90] * 200), "long.pdf"))
    longest = 0.0
    while not work.done():
        before = time.monotonic()
        await asyncio.sleep(0.001)
        longest = max(longest, time.monotonic() - before)
    assert longest < 0.25
    assert (await work).kind == "pdf"
