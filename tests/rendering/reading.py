"""What a person reads in HTML: the words, formulas as ⟨TeX⟩, boxes as [x]."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag in ("figcaption", "math"):
            self.silent.append(tag)
        if tag == "math":
            self.words.append(f"⟨{values['alttext']}⟩")
        if tag == "input":
            self.words.append("[x] " if "checked" in values else "[ ] ")

    def handle_endtag(self, tag):
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data):
        if not self.silent:
            self.words.append(data)


def read(html: str) -> str:
    """The words, without any space."""
    reading = _Reading()
    reading.feed(html)
    return "".join("".join(reading.words).split())
