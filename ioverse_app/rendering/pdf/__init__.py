"""PDF with real text in every script, drawn with fpdf2."""

from ioverse_app.rendering.pdf.writer import write

__all__ = ["write"]
