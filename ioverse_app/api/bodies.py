"""What every body that a program sends has in common."""

from __future__ import annotations

from pydantic import BaseModel


class StrictBody(BaseModel, strict=True):
    """A yes is `true` and a number a number: nothing is taken for something that it is like."""
