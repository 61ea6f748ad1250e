"""What the file of an image is called when somebody takes it away."""

from __future__ import annotations

import re

from ioverse_app.tables import Image

LONGEST = 60
_ENDINGS = {"jpeg": "jpg"}


def file_name(image: Image) -> str:
    """The beginning of its prompt, and its format: `a-red-fox-in-the-snow.png`."""
    words = re.findall(r"[^\W_]+", image.prompt.lower())
    name = ""
    for word in words:
        if len(name) + len(word) >= LONGEST:
            break
        name = f"{name}-{word}" if name else word
    return f"{name or 'image'}.{_ENDINGS.get(image.format, image.format)}"
