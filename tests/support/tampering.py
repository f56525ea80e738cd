"""What somebody who rules the database could try with the record of what was done."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg

from vtp.audit.chain import hash_of
from vtp.ids import uuid7

Connection = Any
Way = Callable[[Connection, random.Random], Awaitable[None]]

_CHANGES: dict[str, Callable[[random.Random], object]] = {
    "actor_id": lambda _: uuid7(),
    "via": lambda _: "terminal",
    "action": lambda r: r.choice(["enabled", "left", "seen"]),
    "noun": lambda r: r.choice(["course", "grade"]),
    "target_id": lambda _: str(uuid7()),
    "result": lambda r: r.choice(["refused", "failed"]),
    "request_id": lambda r: f"{r.getrandbits(64):x}",
    "agent": lambda _: "somebody else",
    "network": lambda r: f"198.51.{r.randrange(256)}.0/24",
    "address_digest": lambda r: r.randbytes(32),
}


async def _some(db: Connection, rng: random.Random, count: int = 1) -> list[Any]:
    """Sealed rows."""
    last = await db.fetchval("select max(last_seq) from audit_seal")
    rows = await db.fetch("select id, seq, at from audit_entry where seq <= $1 order by seq", last)
    return rng.sample(rows, count)


async def change_a_row(db: Connection, rng: random.Random) -> None:
    column, value = rng.choice(sorted(_CHANGES.items()))
    (row,) = await _some(db, rng)
    statement = "update audit_entry set column = $2 where id = $1".replace("column", column)
    await db.execute(statement, row["id"], value(rng))


async def change_what_it_says(db: Connection, rng: random.Random) -> None:
    (row,) = await _some(db, rng)
    await db.execute(
        'update audit_entry set details = details || \'{"role": "admin"}\' where id = $1',
        row["id"],
    )


async def move_in_time(db: Connection, rng: random.Random) -> None:
    (row,) = await _some(db, rng)
    other = row["at"] + timedelta(seconds=rng.choice([-1, 1]) * rng.randrange(1, 3600))
    await db.execute("update audit_entry set at = $2 where id = $1", row["id"], other)


async def delete_rows(db: Connection, rng: random.Random) -> None:
    rows = await _some(db, rng, rng.randrange(1, 8))
    await db.execute(
        "delete from audit_entry where id = any($1::uuid[])", [one["id"] for one in rows]
    )


async def delete_a_row_and_its_address(db: Connection, rng: random.Random) -> None:
    (row,) = await _some(db, rng)
    await db.execute("delete from audit_entry where id = $1", row["id"])
    await db.execute("delete from audit_address where entry_id = $1", row["id"])


async def swap_two(db: Connection, rng: random.Random) -> None:
    one, other = await _some(db, rng, 2)
    await db.execute("update audit_entry set seq = $2 where id = $1", one["id"], other["seq"])
    await db.execute("update audit_entry set seq = $2 where id = $1", other["id"], one["seq"])


async def swap_what_two_say(db: Connection, rng: random.Random) -> None:
    one, other = await _some(db, rng, 2)
    await db.execute(
        """
        update audit_entry as a set target_id = b.target_id
          from audit_entry as b
         where (a.id, b.id) in (($1::uuid, $2::uuid), ($2::uuid, $1::uuid))
        """,
        one["id"],
        other["id"],
    )


async def move_to_the_end(db: Connection, rng: random.Random) -> None:
    (row,) = await _some(db, rng)
    await db.execute("update audit_entry set seq = 1000000 where id = $1", row["id"])


async def put_one_in(db: Connection, rng: random.Random) -> None:
    (row,) = await _some(db, rng)
    await db.execute(
        """
        insert into audit_entry select ($2::uuid), seq, at, actor_id, via, action, noun, target_id,
               result, details, request_id, agent, network, null
          from audit_entry where id = $1
        """,
        row["id"],
        uuid7(int(row["at"].timestamp() * 1000)),
    )


async def put_one_before_all(db: Connection, rng: random.Random) -> None:
    await put_one_in(db, rng)
    await db.execute(
        "update audit_entry set seq = -1 where id = (select id from audit_entry order by id limit 1)"
    )


async def change_an_address(db: Connection, rng: random.Random) -> None:
    (row,) = await _some(db, rng)
    await db.execute(
        "update audit_address set address = '198.51.100.1' where entry_id = $1", row["id"]
    )


async def delete_an_address(db: Connection, rng: random.Random) -> None:
    (row,) = await _some(db, rng)
    await db.execute("delete from audit_address where entry_id = $1", row["id"])


async def truncate_all(db: Connection, rng: random.Random) -> None:
    await db.execute("truncate audit_entry")
    if rng.random() < 0.5:
        await db.execute("truncate audit_address")


async def truncate_everything(db: Connection, rng: random.Random) -> None:
    await db.execute("truncate audit_entry, audit_address, audit_seal, audit_anchor, audit_horizon")


async def drop_the_month(db: Connection, rng: random.Random) -> None:
    await db.execute("drop table audit_2026_03")


async def cut_off_the_end(db: Connection, rng: random.Random) -> None:
    n = rng.randrange(1, int(await db.fetchval("select max(n) from audit_seal")))
    last = await db.fetchval("select last_seq from audit_seal where n = $1", n)
    await db.execute("delete from audit_seal where n > $1", n)
    await db.execute("delete from audit_entry where seq > $1", last)


async def take_out_a_seal(db: Connection, rng: random.Random) -> None:
    n = rng.randrange(1, int(await db.fetchval("select max(n) from audit_seal")) + 1)
    seal = await db.fetchrow("delete from audit_seal where n = $1 returning *", n)
    await db.execute(
        "delete from audit_entry where seq between $1 and $2", seal["first_seq"], seal["last_seq"]
    )
    if rng.random() < 0.5:
        await db.execute("update audit_seal set n = -n where n > $1", n)
        await db.execute("update audit_seal set n = -n - 1 where n < 0")


async def change_a_seal(db: Connection, rng: random.Random) -> None:
    n = rng.randrange(1, int(await db.fetchval("select max(n) from audit_seal")) + 1)
    column = rng.choice(["leaves", "previous", "hash", "signature"])
    statement = """
        update audit_seal
           set bytes = set_byte(bytes, $2, (get_byte(bytes, $2) + 1) % 256) where n = $1
        """.replace("bytes", column)
    await db.execute(statement, n, rng.randrange(32))


async def move_a_seal_in_time(db: Connection, rng: random.Random) -> None:
    n = rng.randrange(1, int(await db.fetchval("select max(n) from audit_seal")) + 1)
    await db.execute(
        "update audit_seal set sealed_at = sealed_at - interval '1 day' where n = $1", n
    )


async def delete_a_row_and_make_all_seals_anew(db: Connection, rng: random.Random) -> None:
    """All that can be made without the key."""
    (row,) = await _some(db, rng)
    await db.execute("delete from audit_entry where id = $1", row["id"])
    previous = bytes(32)
    for seal in await db.fetch("select * from audit_seal order by n"):
        size = 48
        cut = [seal["leaves"][at : at + size] for at in range(0, len(seal["leaves"]), size)]
        leaves = b"".join(one for one in cut if one[:16] != row["id"].bytes)
        made = hash_of(
            n=seal["n"],
            previous=previous,
            first_seq=seal["first_seq"],
            last_seq=seal["last_seq"],
            leaves=leaves,
            sealed_at=seal["sealed_at"],
        )
        await db.execute(
            """
            update audit_seal set leaves = $2, count = $3, previous = $4, hash = $5 where n = $1
            """,
            seal["n"],
            leaves,
            len(leaves) // size,
            previous,
            made,
        )
        previous = made


async def say_that_its_time_was_over(db: Connection, rng: random.Random) -> None:
    n = rng.randrange(1, int(await db.fetchval("select max(n) from audit_seal")))
    seal = await db.fetchrow("select * from audit_seal where n = $1", n)
    await db.execute("delete from audit_seal where n <= $1", n)
    await db.execute("delete from audit_entry where seq <= $1", seal["last_seq"])
    beyond = await db.fetchval("select id from audit_entry order by id limit 1")
    await db.execute(
        "insert into audit_anchor values ($1, $2, $3, $4, now())",
        n,
        seal["hash"],
        beyond,
        seal["signature"],
    )


WAYS: tuple[Way, ...] = (
    change_a_row,
    change_what_it_says,
    move_in_time,
    delete_rows,
    delete_a_row_and_its_address,
    swap_two,
    swap_what_two_say,
    move_to_the_end,
    put_one_in,
    put_one_before_all,
    change_an_address,
    delete_an_address,
    truncate_all,
    truncate_everything,
    drop_the_month,
    cut_off_the_end,
    take_out_a_seal,
    change_a_seal,
    move_a_seal_in_time,
    delete_a_row_and_make_all_seals_anew,
    say_that_its_time_was_over,
)


async def as_superuser(url: str) -> Connection:
    connection = await asyncpg.connect(url.replace("//vtp@", "//postgres@", 1))
    await connection.execute("set session_replication_role = replica")  # no trigger fires
    return connection
