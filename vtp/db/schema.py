"""Whether the database has exactly the schema of this program. Without Alembic: web starts fast."""

from __future__ import annotations

import asyncio
import hashlib
import re
from pathlib import Path
from typing import Any

from vtp import resources
from vtp.db.revisions import Applied, SchemaMismatch, Shipped, in_order, require_current

_ASSIGNED = re.compile(r"^(revision|down_revision)\s*=\s*(?:\"(\w+)\"|None)\s*$", re.MULTILINE)


def shipped(directory: Path | None = None) -> Shipped:
    """The revisions that the program brings, from their files."""
    parents: dict[str, str | None] = {}
    checksums: dict[str, str] = {}
    for path in ((directory or resources.migrations()) / "versions").glob("*.py"):
        raw = path.read_bytes()
        named = {name: value or None for name, value in _ASSIGNED.findall(raw.decode("utf-8"))}
        revision = named.get("revision")
        if revision is None:
            raise SchemaMismatch(f"{path} does not say which revision it is.")
        parents[revision] = named.get("down_revision")
        checksums[revision] = hashlib.sha256(raw).hexdigest()
    return Shipped(in_order(parents), checksums)


async def require_schema(db: Any, *, directory: Path | None = None) -> None:
    """Raise `SchemaMismatch` unless the database is exactly at our revision, unedited."""
    require_current(await read_applied(db), await asyncio.to_thread(shipped, directory))


async def read_applied(db: Any) -> Applied:
    """What the database says of itself."""
    if await db.fetchval("select to_regclass('alembic_version')") is None:
        return Applied(None, {})
    current = await db.fetchval("select version_num from alembic_version")
    rows = await db.fetch("select revision, checksum from schema_checksum")
    return Applied(current, {row["revision"]: row["checksum"] for row in rows})
