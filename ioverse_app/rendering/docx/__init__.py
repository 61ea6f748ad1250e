"""DOCX, written with python-docx: real headings, lists, tables, links and formulas."""

from ioverse_app.rendering.docx.writer import write

__all__ = ["write"]
