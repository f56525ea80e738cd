"""`vtp check`: whether everything that a start needs is in order, line by line."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from vtp.app.archive import verifying
from vtp.audit.commands import sentence, summary
from vtp.blob.opening import check as check_blobs
from vtp.blob.opening import open_blobs
from vtp.clock import SystemClock
from vtp.db import open_database
from vtp.db.losses import REFUSED, unreachable
from vtp.db.revisions import SchemaMismatch
from vtp.db.schema import require_schema
from vtp.edge.assets import Assets
from vtp.edge.limits import Limiter
from vtp.edge.origins import of_settings
from vtp.edge.tls import certificate
from vtp.errors import Problem
from vtp.media.pack.probe import Probe, probe_file
from vtp.media.sfu import loop
from vtp.media.sfu.addresses import BadAddress
from vtp.media.sfu.capacity import measure
from vtp.media.sfu.reach import reach
from vtp.sandbox.runner import Sandbox
from vtp.settings import Settings, SettingsError

Look = Callable[[], Awaitable[str]]

_OLDEST_POSTGRES = 150_000  # server_version_num of 15
_LIMIT = 10.0  # s, for the storage


class Wanting(Exception):
    """Something is not as it should be, in one sentence."""


_MENDABLE: tuple[type[BaseException], ...] = (
    *(Wanting, Problem, SchemaMismatch, SettingsError, BadAddress, OSError),
    *REFUSED,
)


async def check(chosen: Settings) -> int:
    """0 when all is well; else what is not stands on the terminal."""
    looks: list[tuple[str, Look]] = [
        ("address", lambda: _address(chosen)),
        ("browser files", _assets),
        ("database", lambda: _database(chosen)),
        ("record", lambda: _record(chosen)),
        ("storage", lambda: _storage(chosen)),
        ("rate limits", lambda: _limits(chosen)),
        ("sandbox", lambda: _sandbox(chosen)),
        ("media", lambda: _media(chosen)),
    ]
    results = [await _said(name, look) for name, look in looks]
    return 0 if all(results) else 1


async def check_media(chosen: Settings, file: Path) -> int:
    """Whether a file would be taken as a recording or a video, and what is in it."""
    try:
        with file.open("rb") as opened:
            found = await probe_file(Sandbox(chosen.sandbox, clock=SystemClock()), opened.fileno())
    except OSError as error:
        _say(f"{file}: {error.strerror}")
        return 1
    except Problem as problem:
        _say(f"{file}: {problem}")
        return 1
    for line in _lines(found):
        _say(line)
    return 0


def _lines(found: Probe) -> list[str]:
    length = "of unknown length" if found.duration is None else f"{found.duration:.1f} s"
    head = f"{found.container}, {length}, {found.size} bytes"
    return [head, *(f"  {stream}" for stream in found.streams)]


async def _said(name: str, look: Look) -> bool:
    try:
        _say(f"ok    {name}: {await look()}")
    except _MENDABLE as error:
        _say(f"FAIL  {name}: {' '.join(unreachable(error)) or error}")
        return False
    return True


async def _address(chosen: Settings) -> str:
    certificate(chosen.server)
    return f"{of_settings(chosen.server).public}, listening on {chosen.server.host}"


async def _assets() -> str:
    return f"built, in {Assets().directory}"


async def _database(chosen: Settings) -> str:
    async with open_database(chosen.database) as db:
        number = int(await db.fetchval("select current_setting('server_version_num')"))
        if number < _OLDEST_POSTGRES:
            raise Wanting("PostgreSQL 15 or later is needed.")
        await require_schema(db)
        return f"PostgreSQL {number // 10_000}, at the revision of this program"


async def _record(chosen: Settings) -> str:
    """Of what was done: whether each row is as it was sealed."""
    async with open_database(chosen.database) as db:
        found = await verifying(db, chosen).verify()
    if found.broken is not None:
        raise Wanting(f"The record was tampered with: {sentence(found.broken)}.")
    return summary(found)


async def _storage(chosen: Settings) -> str:
    async with open_blobs(chosen.blob, data_dir=chosen.data_dir) as blobs:
        await check_blobs(blobs, limit=_LIMIT)
    return f"{chosen.blob.url} can be written and read"


async def _limits(chosen: Settings) -> str:
    limiter = Limiter(chosen.limits)
    await limiter.check()
    await limiter.close()
    return "requests can be counted"


async def _media(chosen: Settings) -> str:
    """From this machine: what a firewall further out keeps back is not seen here."""
    found = await reach(chosen.media)
    if missed := [one.host for one in found if one.udp is False]:
        raise Wanting(f"No datagram comes in at {', '.join(missed)}, port {chosen.media.port}.")
    if missed := [one.host for one in found if chosen.media.tcp and not one.tcp]:
        raise Wanting(f"No connection comes in at {', '.join(missed)}, port {chosen.media.port}.")
    runs = any(one.udp is None for one in found)
    how = "taken by a server that runs" if runs else "free"
    hosts = ", ".join(one.host for one in found)
    rate = round(measure(loop.chosen(chosen.media.loop)), -3)
    return (
        f"port {chosen.media.port} is {how} and reached at {hosts}; "
        f"one core here encrypts and sends {rate:,.0f} packets a second "
        f"with the {loop.name(chosen.media.loop)} loop"
    )


async def _sandbox(chosen: Settings) -> str:
    report = await Sandbox(chosen.sandbox, clock=SystemClock()).report()
    lines = "".join(f"{os.linesep}        {line}" for line in report.lines())
    if not report.holds:
        raise Wanting(f"some walls do not hold here{lines}")
    return f"all walls hold{lines}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
