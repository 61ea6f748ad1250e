"""What the writers are given: a conversation as it is read, with all that it needs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A picture or a file beside the words. Of a file that is no picture `data` is empty."""

    name: str
    media_type: str
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said. `words` are markdown, or `verbatim` as somebody typed them.

    `moment` is as people read it; `notes` are short sentences about the turn.
    """

    author: str
    moment: str
    words: str
    verbatim: bool = False
    thoughts: str = ""
    translation: str = ""
    enclosed: tuple[Enclosed, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation; `about` is one line below its title."""

    title: str
    about: str
    turns: tuple[Turn, ...]
    creator: str = "IOverse"
