"""Who holds something about people: declared here, filled by the domains, gathered by `app`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from vtp.actor import Gone
from vtp.db import Database, Db
from vtp.ids import UserId

# How an erased person is called, everywhere.
ERASED = "Erased person"

_AT_ONCE = 500
_FIRST = UUID(int=0)
_PAGE = """
    select one.id, to_jsonb(one)::text as record from (sheet) as one
     where one.id > $2 order by one.id limit $3
"""


class Holder(Protocol):
    """A domain that holds something about people. A module called `held` fits by its shape."""

    @property
    def sheets(self) -> Mapping[str, str]:
        """Names of files, and what selects their rows: each with an `id`, of the person $1."""

    @property
    def kept(self) -> Sequence[str]:
        """Texts of the catalogue: what stays after an erasure, and why."""

    async def erase(self, tx: Db, gone: Gone, /) -> None:
        """Forget who it was, in this transaction."""


def sheets(holders: Iterable[Holder]) -> dict[str, str]:
    return {name: query for holder in holders for name, query in holder.sheets.items()}


def kept(holders: Iterable[Holder]) -> list[str]:
    return [text for holder in holders for text in holder.kept]


async def records(db: Database, query: str, user_id: UserId) -> AsyncIterator[list[str]]:
    """The rows of a sheet as JSON, page by page: nothing is held as a whole."""
    after = _FIRST
    while True:
        rows = await db.fetch(
            _PAGE.replace("sheet", query),
            user_id,
            after,
            _AT_ONCE,
        )
        if rows:
            yield [row["record"] for row in rows]
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1]["id"]
