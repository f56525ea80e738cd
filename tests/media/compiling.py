"""A module that says of itself that it compiles what it computes."""

from __future__ import annotations

from tests.media.hostile import make_code

__all__ = ["MAKES_CODE", "make_code"]

MAKES_CODE = True
