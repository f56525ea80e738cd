"""When a delivery that failed is tried again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import timedelta

# After the first attempt, the second, …: over three days, so that a weekend is survived.
_PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
MOST = len(_PAUSES) + 1


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None: it is given up."""
    return _PAUSES[attempts - 1] if attempts <= len(_PAUSES) else None
