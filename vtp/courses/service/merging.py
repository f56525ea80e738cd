"""What courses keep of a person goes to another account (`vtp.accounts.service.merging`)."""

from __future__ import annotations

from vtp.courses.store.merging import move

__all__ = ["move"]
