"""Whose pages may act for a browser: only ours, by exact Origin."""

from __future__ import annotations

from vtp.errors import Forbidden


class CrossOrigin(Forbidden):
    """This was sent by another site."""

    code = "cross_origin"


def check_origin(sent: str | None, ours: str) -> None:
    """Refuse everything but our own origin, an absent one too."""
    if sent != ours:
        raise CrossOrigin
