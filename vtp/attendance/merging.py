"""When somebody was there goes to another account of theirs."""

from __future__ import annotations

from vtp.attendance.store import move

__all__ = ["move"]
