"""Whether a database and this program belong together. Pure: revisions and checksums in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class SchemaMismatch(Exception):
    """The database does not have the schema that this program needs."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What the database says of itself."""

    current: str | None
    checksums: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shipped:
    """What the program brings, oldest first."""

    order: Sequence[str]
    checksums: Mapping[str, str]

    @property
    def head(self) -> str | None:
        return self.order[-1] if self.order else None


def pending(applied: Applied, shipped: Shipped) -> list[str]:
    """The revisions still to be applied; raises where applying them would build on sand."""
    if applied.current is None:
        return list(shipped.order)
    if applied.current not in shipped.order:
        raise SchemaMismatch(
            f"The database is at revision {applied.current}, which this program does not know. "
            "It was written by a newer vtp: install that one again."
        )
    at = shipped.order.index(applied.current) + 1
    _compare(shipped.order[:at], applied, shipped)
    return list(shipped.order[at:])


def _compare(done: Sequence[str], applied: Applied, shipped: Shipped) -> None:
    for revision in done:
        known = applied.checksums.get(revision)
        if known is None:
            raise SchemaMismatch(
                f"Revision {revision} counts as applied, but the database has no record of it."
            )
        if known != shipped.checksums[revision]:
            raise SchemaMismatch(
                f"Revision {revision} was edited after it was applied. "
                "Restore the file and write a new revision for the change."
            )


def require_current(applied: Applied, shipped: Shipped) -> None:
    if missing := pending(applied, shipped):
        raise SchemaMismatch(
            f"The database lacks {len(missing)} revision(s), from {missing[0]} on. Run: vtp migrate"
        )


def in_order(parents: Mapping[str, str | None]) -> list[str]:
    """The revisions from the first to the last; each has one parent, the first has none."""
    child_of = {parent: revision for revision, parent in parents.items()}
    if len(child_of) != len(parents):
        raise SchemaMismatch("Two revisions follow the same one.")
    order: list[str] = []
    following = child_of.get(None)
    while following is not None:
        order.append(following)
        following = child_of.get(following)
    if len(order) != len(parents):
        raise SchemaMismatch("The revisions are not one chain.")
    return order
