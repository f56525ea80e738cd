"""What classes keep of a person goes to another account (`vtp.accounts.service.merging`)."""

from __future__ import annotations

from vtp.rooms.store.merging import move

__all__ = ["move"]
