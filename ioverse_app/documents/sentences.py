"""Why a file is not taken: a stable code, and the sentence that people read."""

from __future__ import annotations

SENTENCES = {
    "file_empty": "“{name}” is empty.",
    "file_misnamed": (
        "“{name}” is called {claimed}, but it is {found}. Rename it if that is what you mean."
    ),
    "file_unknown": (
        "“{name}” is of a kind that cannot be read here. Attach pictures, PDF, DOCX, text, code "
        "or tables as CSV."
    ),
    "file_damaged": "“{name}” is damaged and cannot be read. Save or export it again.",
    "file_not_text": (
        "“{name}” is neither a picture nor a document, and no text that can be made out. "
        "If it is text, save it as UTF-8."
    ),
    "file_office": (
        "“{name}” is in an old Office format, or protected with a password. Save it as DOCX or "
        "PDF, without a password."
    ),
    "file_locked": "“{name}” is protected with a password. Save it without one.",
    "file_without_text": (
        "“{name}” has no text that can be read; its pages may be scans. Attach them as pictures."
    ),
    "file_bomb": (
        "“{name}” unpacks to far more than a document has, so it was not opened. "
        "Save or export it again."
    ),
    "picture_too_large": (
        "“{name}” has {width} × {height} pixels, which is too many. Make it smaller."
    ),
    "file_too_hard": (
        "“{name}” takes too much time or memory to read. Attach a part of it, or its text."
    ),
}
