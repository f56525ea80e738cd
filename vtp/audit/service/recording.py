"""The record of what was done. A row stands in the same transaction as the change it tells of."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import UUID

import structlog

from vtp.actor import NOWHERE, ORIGIN, Actor, Origin, Via
from vtp.audit import addresses
from vtp.audit.allowance import Allowance
from vtp.audit.model import Detail, Details, Entry, Result, Whence
from vtp.audit.store import rows
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Unavailable
from vtp.ids import uuid7
from vtp.telemetry.redact import is_secret

_log = structlog.get_logger()

_LONGEST = 300  # characters of one detail; what is longer is content, not a fact
_MOST = 50  # items of one list
_AGENT = 256
_REQUEST_ID = 100
# Refusals that are written down at once, and per second after that.
_REFUSALS, _REFUSALS_PER_SECOND = 100.0, 1.0
# Those are nobody's request, whatever happened to be going on when they acted.
_OURS = frozenset({Via.SYSTEM, Via.TERMINAL})


class SecretInRecord(Exception):
    """A detail is named like a secret, which has no place in the record."""


class Audit:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._refusals = Allowance(_REFUSALS, _REFUSALS_PER_SECOND)

    async def record(
        self,
        tx: Db,
        actor: Actor,
        *,
        action: str,
        noun: str,
        target_id: UUID | str | None = None,
        result: Result = "done",
        details: Details | None = None,
        origin: Origin | None = None,
    ) -> None:
        """Write down that `actor` did `action` ("disabled") to the `noun` ("user") `target_id`.

        `tx` is the transaction of the change. From where it was asked, the edge has told, unless
        it is written later than it was asked: then `origin` says it.
        """
        entry, whence = self._entry(
            actor,
            origin or origin_of(actor),
            action=action,
            noun=noun,
            target_id=target_id,
            result=result,
            details=details or {},
        )
        await rows.insert(tx, entry, whence)
        _log.info(
            "audit.recorded",
            entry_id=str(entry.id),
            actor_id=str(entry.actor_id) if entry.actor_id else None,
            via=entry.via,
            action=f"{noun}.{action}",
            target_id=entry.target_id,
            result=result,
        )

    async def refuse(
        self,
        actor: Actor,
        *,
        action: str,
        noun: str,
        target_id: UUID | str | None = None,
    ) -> None:
        """Something was asked for and refused. Only so many are written down, the others counted.

        That it cannot be written keeps nobody from being told that they were refused.
        """
        passed = self._refusals.take(now=self._clock.monotonic())
        if passed is None:
            return
        details: Details = {"passed_over": passed} if passed else {}
        try:
            await self.record_alone(
                actor,
                action=action,
                noun=noun,
                target_id=target_id,
                result="refused",
                details=details,
            )
        except Unavailable as problem:
            _log.warning("audit.refusal_not_written", code=problem.code)

    async def record_alone(
        self,
        actor: Actor,
        *,
        action: str,
        noun: str,
        target_id: UUID | str | None = None,
        result: Result = "done",
        details: Details | None = None,
    ) -> None:
        """For what changes nothing: something was read of another person, or was refused."""
        async with self._db.transaction() as tx:
            await self.record(
                tx,
                actor,
                action=action,
                noun=noun,
                target_id=target_id,
                result=result,
                details=details,
            )

    def _entry(
        self,
        actor: Actor,
        origin: Origin,
        *,
        action: str,
        noun: str,
        target_id: UUID | str | None,
        result: Result,
        details: Details,
    ) -> tuple[Entry, Whence | None]:
        at = self._clock.now()
        whence = None
        if origin.address:
            whence = Whence(origin.address[:64], secrets.token_bytes(addresses.SALT_BYTES))
        entry = Entry(
            id=uuid7(int(at.timestamp() * 1000)),
            at=at,
            actor_id=actor.user_id,
            via=actor.via.value,
            action=action,
            noun=noun,
            target_id=None if target_id is None else str(target_id),
            result=result,
            details={name: _short(name, value) for name, value in details.items()},
            request_id=origin.request_id[:_REQUEST_ID],
            agent=_printable(origin.agent[:_AGENT]),
            network=addresses.network_of(origin.address) if origin.address else "",
            address_digest=addresses.digest(whence.address, whence.salt) if whence else None,
        )
        return entry, whence


def origin_of(actor: Actor) -> Origin:
    return NOWHERE if actor.via in _OURS else ORIGIN.get(NOWHERE)


def _short(name: str, value: Detail) -> Detail:
    if is_secret(name):
        raise SecretInRecord(name)
    if isinstance(value, str):
        return _printable(value[:_LONGEST])
    if isinstance(value, Sequence):
        return [_printable(one[:_LONGEST]) for one in value[:_MOST]]
    return value


def _printable(text: str) -> str:
    """What people send may hold anything; what is stored is text that can be shown."""
    plain = text.encode("utf-8", "replace").decode()
    return "".join(one if one.isprintable() else " " for one in plain)
