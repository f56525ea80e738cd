"""What people have seen of the videos and sounds of the library, and where they stopped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from vtp.actor import Actor
from vtp.attendance import seen
from vtp.attendance.seen import Report, Watched
from vtp.attendance.service.watching import TRIES
from vtp.attendance.store import films
from vtp.attendance.stretches import Span, clipped, total
from vtp.clock import Clock
from vtp.courses.port import Played
from vtp.db import Database
from vtp.errors import NotFound, Unavailable
from vtp.ids import MediaId, UserId
from vtp.library.model import Media
from vtp.library.port import Viewed

# ms; it plays before anybody has measured how long it is.
_UNKNOWN = 200_000_000
_PLAYED = frozenset({"video", "audio"})


class Shelf(Protocol):
    """What this needs of `vtp.library.service.shelf.Shelf`."""

    async def get(self, actor: Actor, id: MediaId) -> Media: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmProgress:
    media_id: MediaId
    seen: tuple[Span, ...] = ()
    position: int = 0
    watched_at: datetime | None = None
    completed_at: datetime | None = None


class Viewing:
    """The same account as of recordings; the library says who may see what."""

    def __init__(self, db: Database, *, clock: Clock, shelf: Shelf) -> None:
        self._db = db
        self._clock = clock
        self._shelf = shelf

    async def report(self, actor: Actor, id: MediaId, report: Report) -> FilmProgress:
        """As of recordings. Before its file is there, nothing was seen."""
        user_id = actor.require_user()
        media = await self._shelf.get(actor, id)
        if media.kind not in _PLAYED:
            raise NotFound
        if media.sha256 is None:
            return FilmProgress(media_id=id)
        for _ in range(TRIES):
            if made := await self._told(user_id, media, media.sha256, report):
                return _progress(media, media.sha256, made)
        raise Unavailable(retry_after=1)

    async def _told(
        self, user_id: UserId, media: Media, sha256: bytes, report: Report
    ) -> Watched | None:
        """None where another page was faster."""
        now, length = self._clock.now(), _length(media)
        kept, of = await films.read(self._db, user_id=user_id, media_id=media.id)
        before = kept.watched if kept else seen.nothing(now)
        if of not in {None, sha256}:
            # Of a content that went only stays that somebody was done with it.
            before = replace(seen.nothing(now), completed_at=before.completed_at)
        made = seen.told(before, report, now=now, length=length or _UNKNOWN)
        if made.completed_at is None and length and seen.complete(made.seen, length):
            made = replace(made, completed_at=now)
        async with self._db.transaction() as tx:
            written = await films.write(
                tx, user_id=user_id, media_id=media.id, before=kept, watched=made
            )
            if written and of != sha256:
                await films.stamp(tx, user_id=user_id, media_id=media.id, sha256=sha256)
        return made if written else None

    async def mine(self, actor: Actor, id: MediaId) -> FilmProgress:
        media = await self._shelf.get(actor, id)
        if media.kind not in _PLAYED:
            raise NotFound
        return (await self._of(actor, [media])).get(id, FilmProgress(media_id=id))

    async def viewed(self, actor: Actor, media: Media) -> Viewed:
        """For a page that shows it (`library`)."""
        found = (await self._of(actor, [media])).get(media.id, FilmProgress(media_id=media.id))
        return Viewed(
            position=found.position / 1000,
            seen=[(start / 1000, end / 1000) for start, end in found.seen],
            seconds=total(found.seen) / 1000,
            completed_at=found.completed_at,
            watched_at=found.watched_at,
        )

    async def played(self, actor: Actor, media: Collection[Media]) -> dict[UUID, Played]:
        """For those who have asked their own gate already: outlines."""
        found = await self._of(actor, [one for one in media if one.kind in _PLAYED])
        return {
            one.id: Played(
                share=min(1.0, total(found[one.id].seen) / length)
                if (length := _length(one))
                else 0.0,
                done=found[one.id].completed_at is not None,
            )
            for one in media
            if one.id in found
        }

    async def _of(self, actor: Actor, media: Collection[Media]) -> dict[UUID, FilmProgress]:
        if not media:
            return {}
        rows = await films.of_media(
            self._db, user_id=actor.require_user(), media_ids=[one.id for one in media]
        )
        return {one.id: _progress(one, *rows[one.id]) for one in media if one.id in rows}


def _length(media: Media) -> int:
    """ms; 0 while that is not known."""
    return round((media.seconds or 0.0) * 1000)


def _progress(media: Media, sha256: bytes | None, watched: Watched) -> FilmProgress:
    """What was seen of another content than it has now does not count."""
    if sha256 is not None and sha256 != media.sha256:
        return FilmProgress(media_id=media.id, completed_at=watched.completed_at)
    return FilmProgress(
        media_id=media.id,
        seen=tuple(clipped(watched.seen, _length(media) or _UNKNOWN)),
        position=watched.position,
        watched_at=watched.watched_at,
        completed_at=watched.completed_at,
    )
