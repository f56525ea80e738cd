"""Recordings that somebody began go to another account of theirs."""

from __future__ import annotations

from vtp.recordings.store import move

__all__ = ["move"]
