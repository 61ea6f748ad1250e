"""Images: make them, look at them, keep them or throw them away."""

from ioverse_app.services.images.archive import archive
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
    kept,
    page,
    restore,
    save,
    sources_of,
)
from ioverse_app.services.images.links import HOURS, HOURS_MAX, address, by_ticket, link
from ioverse_app.services.images.looking import choices, recent, run, there
from ioverse_app.services.images.making import edit, generate, models, running, vary
from ioverse_app.services.images.naming import file_name
from ioverse_app.services.images.purging import purge

__all__ = [
    "HOURS",
    "HOURS_MAX",
    "NAMES",
    "PAGE",
    "Kept",
    "Page",
    "Wanted",
    "address",
    "archive",
    "by_ticket",
    "checked",
    "choices",
    "content",
    "delete",
    "discard",
    "edit",
    "file_name",
    "generate",
    "get",
    "kept",
    "link",
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
