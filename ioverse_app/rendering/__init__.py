"""Markdown, read once into a small tree, and written as HTML, PDF or DOCX."""
