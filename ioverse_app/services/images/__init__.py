"""Images: make them, look at them, keep them or throw them away."""

from ioverse_app.services.images.asking import NAMES, checked, problems
from ioverse_app.services.images.gallery import (
    PAGE,
    Kept,
    Page,
    Wanted,
    content,
    delete,
    discard,
    get,
    page,
    restore,
    save,
    sources_of,
)
from ioverse_app.services.images.looking import choices, recent, run, there
from ioverse_app.services.images.making import edit, generate, models, running, vary
from ioverse_app.services.images.naming import file_name
from ioverse_app.services.images.purging import purge

__all__ = [
    "NAMES",
    "PAGE",
    "Kept",
    "Page",
    "Wanted",
    "checked",
    "choices",
    "content",
    "delete",
    "discard",
    "edit",
    "file_name",
    "generate",
    "get",
    "models",
    "page",
    "problems",
    "purge",
    "recent",
    "restore",
    "run",
    "running",
    "save",
    "sources_of",
    "there",
    "vary",
]
