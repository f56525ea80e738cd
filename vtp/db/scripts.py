"""What a migration file calls: plain SQL, many statements, on the driver's own connection.

SQLAlchemy's asyncpg dialect prepares each statement, so a script of several fails there. The
driver takes it whole; the transaction that Alembic opened is the one that it runs in, because
the `set local` goes through SQLAlchemy first and makes it begin.
"""

from __future__ import annotations

from typing import Any

from alembic import op

# A migration that cannot get its lock gives way to the class that is running, and is tried again.
LOCK_TIMEOUT = "3s"


def run(script: str) -> None:
    op.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
    _on_driver(op.get_bind(), script)


def index_concurrently(name: str, definition: str) -> None:
    """Create an index without stopping writers; what an interrupted try left is dropped first.

    `definition` is what follows `create index concurrently <name> `.
    """
    with op.get_context().autocommit_block():
        op.execute(f"drop index concurrently if exists {name}")
        op.execute(f"create index concurrently {name} {definition}")


def drop_index_concurrently(name: str) -> None:
    with op.get_context().autocommit_block():
        op.execute(f"drop index concurrently if exists {name}")


def _on_driver(bind: Any, script: str) -> None:
    adapted = bind.connection.dbapi_connection
    adapted.run_async(lambda driver: driver.execute(script))
