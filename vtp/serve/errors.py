"""Why `vtp serve` does not start: one sentence for a person, with the way out in it."""

from __future__ import annotations

# The exit code of a program that cannot work until a person has changed something.
MUST_BE_CHANGED = 2


class CannotServe(Exception):
    """Something must be changed before this can start."""


class PostgresError(CannotServe):
    """Our own PostgreSQL cannot be started."""


class AlreadyServing(CannotServe):
    """Another process uses the same data folder."""
