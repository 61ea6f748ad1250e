"""Documents opened again: their words, fonts, outlines and sizes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx as python_docx
import pytest
from PIL import Image
from pypdf import PdfReader

from ioverse_app.rendering import docx, html, pdf
from ioverse_app.rendering.transcript import Enclosed, Transcript, Turn

EVERYTHING = Path(__file__).with_name("everything.md").read_text("utf-8")

SENTENCES = {
    "Latin": "Ångström, Łódź, İstanbul and Tiếng Việt, with “quotes” and an em dash — here.",
    "Greek": "Η γρήγορη καφέ αλεπού πηδάει πάνω από το τεμπέλικο σκυλί.",
    "Cyrillic": "Съешь ещё этих мягких французских булок, да выпей же чаю.",
    "Arabic": "هذا نص عربي طويل يحتوي على كلمات English وأرقام 12345 حتى نرى كيف يعمل.",
    "Hebrew": "זהו טקסט בעברית עם מספרים 42 ומילים באנגלית like this ועוד קצת.",
    "Devanagari": "यह हिन्दी में लिखा हुआ एक वाक्य है। क्षत्रिय, ज्ञान, श्री।",
    "Thai": "ภาษาไทยไม่มีการเว้นวรรคระหว่างคำดังนั้นการตัดบรรทัดจึงต้องระวัง",
    "Simplified Chinese": "汉语简体中文的段落没有空格，所以行可以在任何两个字之间断开。",
    "Traditional Chinese": "漢語的書寫系統沒有空格，標點符號不能出現在一行的開頭。",
    "Japanese": "これは日本語の文章です。漢字とひらがなとカタカナが混ざっています。",
    "Korean": "이것은 한국어 문장입니다. 띄어쓰기가 있습니다.",
    "symbols": "→ ⇒ ∑ ∫ ≤ √ ✓ ★ ■ € ₹",
}


def transcript(words: str = EVERYTHING, **values: object) -> Transcript:
    picture = io.BytesIO()
    Image.radial_gradient("L").save(picture, "PNG")
    enclosed = (
        Enclosed("gradient.png", "image/png", picture.getvalue()),
        Enclosed("broken.png", "image/png", b"no picture"),
        Enclosed("report.pdf", "application/pdf"),
    )
    question = Turn("Ann", "20 Nov", "Show me\n  everything.", verbatim=True, enclosed=enclosed)
    answer = Turn("Parrot", "21 Nov", words, **values)
    return Transcript("Everything, всё and 一切", "2 messages", (question, answer))


def written(words: str = EVERYTHING, **values: object) -> bytes:
    return pdf.write(transcript(words, **values))


def read(data: bytes) -> str:
    """The words of a PDF as Poppler finds them, without the marks of direction and any space."""
    assert shutil.which("pdftotext"), "Install poppler-utils: make test does it"
    done = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", "-", "-"], input=data, capture_output=True, check=True
    )
    return re.sub(r"[\s\u200e\u200f\u202a-\u202e]", "", done.stdout.decode())


@pytest.mark.parametrize("script", SENTENCES)
def test_every_script_is_drawn_and_can_be_read_again(script):
    data = written(SENTENCES[script])
    if script in ("Arabic", "Hebrew"):  # Poppler puts what turns its direction in its own order
        reader = PdfReader(io.BytesIO(data))
        said, at = "".join("".join(page.extract_text().split()) for page in reader.pages), 0
        for word in re.findall(r"\w+", SENTENCES[script]):
            at = said.index(word, at) + len(word)
    else:
        assert re.sub(r"\s", "", SENTENCES[script]) in read(data)
    assert "nofontfor" not in read(data)
    assert len(data) < 100_000


def test_everything_at_once_can_be_read_again():
    said = read(written(thoughts="Let me *think*.", translation="Alles.", notes=("Stopped.",)))
    for part in ("Everythingatoncewith", "nestedbullet", "☑done", "☐notdone", "1,234.50",
                 'returnf"{x}"*42', "https://bare.example/path", "Letmethink.", "Alles.",
                 "Stopped.", "Anotewithlooksandcode.", "Showmeeverything.", "Attached:report.pdf",
                 "Attached:broken.png", r"\frac{\sqrt{\pi}}{2}"):  # fmt: skip
        assert part in said, part
    for mark in ("**", "~~", "$x", "\\[", "|:--", "```"):
        assert mark not in said, mark


def test_a_pdf_has_a_title_an_outline_links_and_numbered_pages():
    reader = PdfReader(io.BytesIO(written(EVERYTHING * 4)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Everything, всё and 一切"
    top, below = reader.outline
    assert top.title == "Everything, всё and 一切"
    assert [each.title.partition(":")[0] for each in below] == ["Ann", "Parrot"]
    links = [
        annotation.get_object()["/A"]["/URI"]
        for page in reader.pages
        for annotation in page.get("/Annots", ())
        if "/URI" in annotation.get_object().get("/A", {})
    ]
    assert "https://example.org/a?b=c" in links
    for number, page in enumerate(reader.pages, 1):
        assert str(number) in page.extract_text().split()


def test_every_font_is_embedded_and_cut_down():
    reader = PdfReader(io.BytesIO(written()))
    fonts = {font.get_object()["/BaseFont"] for page in reader.pages
             for font in page["/Resources"]["/Font"].values()}  # fmt: skip
    assert fonts
    assert all(re.match(r"/[A-Z]{6}\+", font) for font in fonts)


def test_a_long_table_has_its_head_on_every_page():
    rows = "".join(f"| row {n} | {'word ' * 30} |\n" for n in range(60))
    reader = PdfReader(io.BytesIO(written(f"| Name | Words |\n|---|---|\n{rows}")))
    assert len(reader.pages) > 2
    for page in reader.pages[1:]:
        assert "Name" in page.extract_text()
    said = "".join(page.extract_text() for page in reader.pages)
    assert all(f"row {n}" in said for n in range(60))


def test_a_row_longer_than_a_page_goes_on_over_it():
    words = " ".join(f"w{n}" for n in range(4_000))
    said = read(written(f"| a | b |\n|---|---|\n| x | {words} |"))
    assert all(f"w{n}" in said for n in (0, 1_999, 3_999))


def test_wide_tables_long_words_and_long_code_stay_on_the_page():
    head = "|".join(f"column{n}" for n in range(14))
    table = f"|{head}|\n|{'---|' * 14}\n|{'|'.join(['some words'] * 14)}|\n"
    code = "```\n" + "x" * 500 + "\n```\n"
    data = written(f"{table}\n{code}\n{'y' * 500}\n\n$${'a+' * 200}b$$\n\n{'> ' * 30}z")
    assert read(data).count("x") >= 500
    done = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=data, capture_output=True, check=True
    )
    edges = [float(edge) for edge in re.findall(r'<word[^>]*xMax="([\d.]+)"', done.stdout.decode())]
    assert max(edges) <= 595.28 - 55


def test_a_script_without_a_font_is_named(monkeypatch):
    monkeypatch.setattr("ioverse_app.rendering.pdf.faces._PLACES", ())
    from ioverse_app.rendering.pdf import faces

    faces._installed.cache_clear()
    try:
        said = read(written("আমি বাংলায় লিখি"))
    finally:
        faces._installed.cache_clear()
    assert "thisserverhasnofontforBengali" in said
    assert "fonts-noto-core" in said


def test_a_page_of_text_is_small():
    paragraph = "The quick brown fox *jumps* over the **lazy** dog. " * 12
    data = written(f"{paragraph}\n\n" * 30)
    pages = len(PdfReader(io.BytesIO(data)).pages)
    assert len(data) / pages < 100_000


def test_a_docx_can_be_opened_again():
    data = docx.write(transcript(thoughts="Let me *think*."))
    document = python_docx.Document(io.BytesIO(data))
    assert document.core_properties.title == "Everything, всё and 一切"
    headings = [p.text for p in document.paragraphs if (p.style.name or "").startswith("Heading")]
    assert any("Parrot" in heading for heading in headings)
    assert "Scripts" in headings
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["Left", "Centre", "Right"]
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    for part in ("<m:f>", "<m:rad>", "<w:bidi", "w:hyperlink", "w:numId", "<w:drawing>"):
        assert part in xml, part
    said = "".join(document.element.itertext())
    assert "क्षत्रिय" in said
    assert "**" not in said


def test_a_docx_takes_characters_that_xml_cannot_have():
    assert docx.write(transcript("a\x0bb \x1b[0m \ufffe"))


def test_html_is_one_file():
    page = html.write(transcript(thoughts="<script>alert(1)</script>")).decode()
    assert "data:image/png;base64," in page
    assert "<math" in page
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!https?://|mailto:|data:image/|#)', page)
    assert not re.search(r"url\(|@import|<link", page)
