r"""Which parts of a text are formulas, by the rules that the screen uses (see `marks.js`).

Models write formulas as \(x\), \[x\], $x$ and $$x$$. Code is left alone, and so is money:
"$5 and $10".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Two characters that no text may have (Unicode keeps them for such use) stand around a number.
OPEN, SHUT = "\ufdd0", "\ufdd1"
PLACE = re.compile(f"{OPEN}([0-9]+){SHUT}")

_FENCE = re.compile(r"^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?(`{3,}|~{3,})")
_MARKS = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`)[\s\S]*?(?<!`)(?P=ticks)(?!`))"
    r"|(?<![\\\w])\\\[(?P<display>[\s\S]+?)\\\]"
    r"|(?<!\\)\\\((?P<inline>[\s\S]+?)\\\)"
    r"|(?<!\\)\$\$(?P<dollars>[\s\S]+?)\$\$"
    r"|(?<![\\$\w])\$(?![\s$])(?P<dollar>[^$\n]*?[^\s\\$])\$(?![\w$])"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A formula, and whether it has its line to itself."""

    tex: str
    alone: bool


def take_out(text: str) -> tuple[str, list[Found]]:
    """The text with a numbered place for each formula, and the formulas."""
    text = text.replace(OPEN, "").replace(SHUT, "")
    found: list[Found] = []
    if "$" not in text and "\\" not in text:
        return text, found
    parts = [part if is_code else _marked(part, found) for part, is_code in _split_code(text)]
    return "".join(parts), found


def _marked(prose: str, found: list[Found]) -> str:
    def place(tex: str, alone: bool) -> str:
        found.append(Found(tex, alone))
        return f"{OPEN}{len(found) - 1}{SHUT}"

    def mark(match: re.Match[str]) -> str:
        whole = match[0]
        if match["code"] is not None:
            return whole
        if match["dollar"] is not None:
            return place(match["dollar"], False) if _looks_like_math(match["dollar"]) else whole
        inline = match["inline"]
        formula = match["display"] or inline or match["dollars"]
        if inline is not None and re.search(r"\n\s*\n", inline):
            return whole
        alone = inline is None and _alone(prose, match.start(), match.end())
        # In a line, \[…\] may just be a bracket that was escaped: "as in \[1\]".
        if match["display"] is not None and not alone and not re.search(r"[\\^_{}=]", formula):
            return whole
        lines = [re.sub(r"^[\s>]+", "", line) for line in formula.strip().split("\n")]
        return place("\n".join(lines) if alone else " ".join(lines), alone)

    return _MARKS.sub(mark, prose)


def _alone(prose: str, start: int, end: int) -> bool:
    """Whether a formula has its line to itself."""
    lead = prose[prose.rfind("\n", 0, start) + 1 : start]
    rest = prose[end:].split("\n", 1)[0]
    return bool(re.fullmatch(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?", lead)) and not rest.strip()


def _looks_like_math(inner: str) -> bool:
    """Tells $x^2$ from an amount: words between dollars, or a bare number, are no formula."""
    if re.search(r"[\\^_{}=]", inner):
        return True
    if re.fullmatch(r"[\d.,]+\s*\S*\s*", inner) and not re.search(r"[+*/<>]", inner):
        return False
    return not re.search(r"[a-z]{2,}", inner, re.IGNORECASE)


def _split_code(text: str) -> list[tuple[str, bool]]:
    """The text in parts, each with whether it is a fenced block of code."""
    parts: list[tuple[str, bool]] = []
    fence = ""
    kept: list[str] = []

    def cut(is_code: bool) -> None:
        if kept:
            parts.append(("".join(kept), is_code))
            kept.clear()

    for line in text.splitlines(keepends=True):
        match = _FENCE.match(line)
        ticks = match[1] if match else ""
        if not fence and ticks:
            cut(is_code=False)
            fence = ticks
            kept.append(line)
        elif fence and ticks.startswith(fence) and line.lstrip(" \t>").strip() == ticks:
            kept.append(line)
            cut(is_code=True)
            fence = ""
        else:
            kept.append(line)
    cut(is_code=bool(fence))
    return parts
