"""Seals, anchors and how far one may seal, in PostgreSQL."""

from __future__ import annotations

from uuid import UUID

from vtp.audit.chain import ORIGIN, Anchor, Seal
from vtp.audit.model import Entry
from vtp.audit.store.rows import entry_of
from vtp.db import Db

_SEALING = 0x7674702E7365616C  # "vtp.seal"


async def stand_alone(db: Db) -> bool:
    """False while another one seals; else nobody does until this transaction is over."""
    got: bool = await db.fetchval("select pg_try_advisory_xact_lock($1)", _SEALING)
    return got


async def last(db: Db) -> Seal | None:
    row = await db.fetchrow("select * from audit_seal order by n desc limit 1")
    return None if row is None else Seal(**row)


async def after(db: Db, n: int, *, limit: int) -> list[Seal]:
    found = await db.fetch("select * from audit_seal where n > $1 order by n limit $2", n, limit)
    return [Seal(**row) for row in found]


async def insert(db: Db, seal: Seal) -> None:
    await db.execute(
        """
        insert into audit_seal (n, first_seq, last_seq, count, leaves, previous, hash, signature,
                                sealed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        seal.n,
        seal.first_seq,
        seal.last_seq,
        seal.count,
        seal.leaves,
        seal.previous,
        seal.hash,
        seal.signature,
        seal.sealed_at,
    )


async def complete_up_to(db: Db) -> int:
    """The number up to which every row is there or never will be; 0 before that is known.

    Whoever drew a number had an id of a transaction before. So the last number is noted first,
    then the next id of a transaction; once all smaller ids are over, so are all smaller numbers.
    """
    noted = await db.fetchrow(
        """
        select seq, pg_snapshot_xmin(pg_current_snapshot()) >= xid as over,
               pg_snapshot_xmax(pg_current_snapshot()) < xid as of_another_server
          from audit_horizon for update
        """
    )
    if noted is not None and not noted["over"] and not noted["of_another_server"]:
        return 0
    drawn = await db.fetchval("select last_value from audit_seq where is_called")
    await db.execute(
        """
        insert into audit_horizon (seq, xid) values ($1, pg_snapshot_xmax(pg_current_snapshot()))
        on conflict (single) do update set seq = excluded.seq, xid = excluded.xid
        """,
        drawn or 0,
    )
    return int(noted["seq"]) if noted is not None and noted["over"] else 0


async def rows_between(db: Db, first: int, last: int, *, limit: int | None = None) -> list[Entry]:
    """By their number, both ends included."""
    found = await db.fetch(
        "select * from audit_entry where seq between $1 and $2 order by seq, id limit $3",
        first,
        last,
        limit,
    )
    return [entry_of(row) for row in found]


async def smallest(db: Db) -> tuple[int, UUID] | None:
    row = await db.fetchrow("select seq, id from audit_entry order by seq limit 1")
    return None if row is None else (row["seq"], row["id"])


async def unsealed(db: Db, *, after: int) -> int:
    return int(await db.fetchval("select count(*) from audit_entry where seq > $1", after))


# --- where the chain begins ------------------------------------------------------------------
async def anchor(db: Db) -> Anchor:
    row = await db.fetchrow("select * from audit_anchor order by before desc limit 1")
    return ORIGIN if row is None else Anchor(**row)


async def put_anchor(db: Db, anchor: Anchor) -> None:
    """The seals that it stands for go."""
    await db.execute(
        """
        insert into audit_anchor (n, hash, before, signature, dropped_at)
        values ($1, $2, $3, $4, $5)
        """,
        anchor.n,
        anchor.hash,
        anchor.before,
        anchor.signature,
        anchor.dropped_at,
    )
    await db.execute("delete from audit_seal where n <= $1", anchor.n)
