"""Languages by their codes (BCP 47), their English names and the names that they call themselves.

The data is in `languages.txt`: the codes and names of Unicode CLDR.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ioverse_app.errors import Invalid

REGION = re.compile(r"[a-z]{2}|\d{3}", re.I)


@dataclass(frozen=True, slots=True)
class Language:
    """A language. `name` is English."""

    code: str
    name: str
    own_name: str


def find(wanted: str) -> Language:
    """The language with this code or name; raises Invalid with the nearest for one unknown."""
    folded = " ".join(wanted.replace("_", "-").split()).casefold()
    if found := _by_name().get(folded):
        return found
    code, _, region = folded.rpartition("-")
    if code in _by_name() and REGION.fullmatch(region):  # a language of a country
        base = _by_name()[code]
        place = region.upper()
        return Language(f"{base.code}-{place}", f"{base.name} ({place})", base.own_name)
    near = difflib.get_close_matches(folded, _by_name(), n=1, cutoff=0.6)
    meant = f" Did you mean {_by_name()[near[0]].name}?" if near else ""
    raise Invalid(
        f"“{wanted.strip()[:40]}” is no language known here.{meant} "
        "Write its name or its code, such as Korean or ko.",
        code="language_unknown",
    )


def known(words: str) -> bool:
    """Whether these words name a language."""
    try:
        find(words)
    except Invalid:
        return False
    return True


@functools.cache
def every() -> Sequence[Language]:
    """All that there are, by their English names."""
    lines = Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines()
    return sorted((Language(*line.split("|")) for line in lines), key=lambda one: one.name)


@functools.cache
def _by_name() -> Mapping[str, Language]:
    return {name.casefold(): one for one in every() for name in (one.name, one.own_name, one.code)}
