"""Guests: people without an account who come into one room by its secret link.

A link opens a room; whoever follows it says a name and is given a pass, which stands for one guest
in that room and for nothing else. A new link ends the old one, and who is a guest already stays
one; without a link nobody is.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from vtp.accounts import fields
from vtp.actor import Actor, Guest, Via
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import RoomId, uuid7
from vtp.rooms.model import Room, Visitor
from vtp.rooms.problems import RoomClosed
from vtp.rooms.service.catalogue import Catalogue, Yours
from vtp.rooms.service.live import Live
from vtp.rooms.service.standing import Standing
from vtp.rooms.store import guests as store

# Of base64url: 22 characters, 128 random bits.
_LINK_BYTES = 16
_LONGEST_LINK = 64
_PASS_BYTES = 32
_PASS_LENGTH = 43


@dataclass(frozen=True, slots=True)
class Passed:
    """A new guest, and what their browser shows from now on."""

    visitor: Visitor
    secret: str


class Guests:
    def __init__(
        self,
        db: Database,
        *,
        live: Live,
        catalogue: Catalogue,
        standing: Standing,
    ) -> None:
        self._db = db
        self._clock = live.outside.clock
        self._chronicle = live.chronicle
        self._catalogue = catalogue
        self._standing = standing
        self.lifetime = live.outside.options.guest_lifetime  # s of a pass

    # --- the link, for hosts ------------------------------------------------------------------
    async def open(self, actor: Actor, room_id: RoomId) -> Yours:
        """Make a link, or a new one: the one before lets nobody in any more."""
        return await self._set_link(actor, room_id, secrets.token_urlsafe(_LINK_BYTES))

    async def close(self, actor: Actor, room_id: RoomId) -> Yours:
        """No link: guests who are in the class are out at once."""
        return await self._set_link(actor, room_id, None)

    async def _set_link(self, actor: Actor, room_id: RoomId, token: str | None) -> Yours:
        yours = await self._catalogue.hosted(actor, room_id)
        if yours.room.closed_at is not None:
            raise RoomClosed
        async with self._db.transaction() as tx:
            await store.set_link(tx, room_id=room_id, token=token)
            await self._chronicle.link_set(tx, actor, yours.room, open_=token is not None)
        changed = await self._catalogue.get(actor, room_id)
        await self._standing.room_changed(changed.room)
        return changed

    # --- by the link --------------------------------------------------------------------------
    async def room_of(self, token: str) -> Room:
        """What a link opens; a wrong one opens nothing."""
        plausible = len(token) <= _LONGEST_LINK and token.isascii()
        room = await store.room_of_link(self._db, token=token) if plausible else None
        if room is None:
            raise NotFound
        if room.closed_at is not None:
            raise RoomClosed
        return room

    async def come(self, token: str, *, name: str, actor: Actor) -> Passed | Visitor:
        """A pass for whoever has the link; who shows one of this room keeps it, under that name."""
        room = await self.room_of(token)
        called = fields.name(name)
        known = await self.of(actor)
        async with self._db.transaction() as tx:
            if known is not None and known.room_id == room.id:
                await store.rename(tx, known.id, name=called)
                return known
            now = self._clock.now()
            visitor = Visitor(
                id=uuid7(),
                room_id=room.id,
                name=called,
                expires_at=now + timedelta(seconds=self.lifetime),
            )
            secret = secrets.token_urlsafe(_PASS_BYTES)
            await store.insert(tx, visitor, pass_hash=_digest(secret), created_at=now)
        return Passed(visitor, secret)

    async def of(self, actor: Actor) -> Visitor | None:
        if actor.guest is None:
            return None
        return await store.by_id(self._db, guest_id=actor.guest.id, now=self._clock.now())

    # --- who shows a pass ---------------------------------------------------------------------
    async def by_pass(self, cookie: str) -> Actor | None:
        """`vtp.edge.auth.Passes`"""
        if len(cookie) != _PASS_LENGTH or not cookie.isascii():
            return None
        now = self._clock.now()
        visitor = await store.by_pass(self._db, pass_hash=_digest(cookie), now=now)
        if visitor is None:
            return None
        guest = Guest(visitor.id, visitor.room_id)
        return Actor(None, frozenset(), Via.GUEST, credential_id=visitor.id, guest=guest)

    async def still(self, actors: Sequence[Actor]) -> list[Actor | None]:
        """Each who is a guest yet; None where the pass has ended."""
        asked = [actor.guest.id for actor in actors if actor.guest is not None]
        hold = await store.still(self._db, asked, now=self._clock.now()) if asked else set()
        return [one if one.guest is not None and one.guest.id in hold else None for one in actors]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
