"""Responses for programs: asked, produced, kept, gone on from, produced while nobody waits."""
