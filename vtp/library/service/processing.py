"""What `work` makes of a file that came: it is looked at behind walls, and gets its picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from vtp import settings
from vtp.blob.port import Blobs, NoSuchBlob
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Invalid
from vtp.ids import MediaId, uuid7
from vtp.library.kinds import Kind
from vtp.library.model import Media
from vtp.library.port import Enqueue, ForgetContent, ForgetPoster, MakeFilm, ProcessMedia
from vtp.library.service.shelf import poster_key
from vtp.library.store import files, films, items
from vtp.media.pack.confined import Confined
from vtp.media.pack.picture import MEDIA_TYPE, fit_file
from vtp.media.pack.probe import Probe, probe_file
from vtp.media.pack.still import still_of

_log = structlog.get_logger()

# Pixels of the longer side: a card on a sharp screen.
_POSTER = 640
_MOST_PICTURE = 40 * 1024 * 1024
_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found out about a file."""

    kind: Kind
    content_type: str
    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    poster: bytes | None = None


class Processing:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        blobs: Blobs,
        sandbox: Confined,
        jobs: Enqueue,
        options: settings.Library,
    ) -> None:
        self._db = db
        self._clock = clock
        self._blobs = blobs
        self._sandbox = sandbox
        self._jobs = jobs
        self._options = options

    async def process(self, work: ProcessMedia) -> None:
        """May be done again; nothing when another file has taken the place of this one."""
        media = await items.by_id(self._db, id=work.media_id)
        sha256 = bytes.fromhex(work.sha256)
        if media is None or media.sha256 != sha256:
            return
        key = await files.key_of(self._db, sha256=sha256)
        if key is None:
            return
        try:
            looked = await self._look(media, key)
        except (Invalid, NoSuchBlob) as problem:
            async with self._db.transaction() as tx:
                await items.set_failed(tx, id=media.id, sha256=sha256, reason=str(problem))
            return
        await self._keep(media, sha256, looked)

    async def _look(self, media: Media, key: str) -> Looked:
        if media.kind not in {"video", "audio", "image"}:
            return Looked(kind=media.kind, content_type=media.content_type)
        async with self._blobs.descriptor(key) as fd:
            if media.kind == "image":
                return await self._picture(media, fd)
            return await self._moving(media, fd)

    async def _picture(self, media: Media, fd: int) -> Looked:
        (drawn,) = await fit_file(self._sandbox, fd, boxes=(_POSTER,), max_bytes=_MOST_PICTURE)
        return Looked(
            kind="image",
            content_type=media.content_type,
            width=drawn.width,
            height=drawn.height,
            poster=drawn.data,
        )

    async def _moving(self, media: Media, fd: int) -> Looked:
        probe = await probe_file(self._sandbox, fd)
        picture = probe.first("video")
        turned = picture is not None and picture.rotation in {90, 270}
        size = (picture.width, picture.height) if picture else (None, None)
        kind: Kind = "video" if picture else "audio"
        still = None
        if picture is not None:
            at = min(10.0, (probe.duration or 0.0) * 0.2)
            still = await still_of(self._sandbox, fd, at=at, box=_POSTER)
        return Looked(
            kind=kind,
            content_type=_type(media.content_type, kind),
            seconds=probe.duration,
            width=size[1] if turned else size[0],
            height=size[0] if turned else size[1],
            facts=_facts(probe),
            poster=still,
        )

    async def _keep(self, media: Media, sha256: bytes, looked: Looked) -> None:
        poster_id: UUID | None = None
        if looked.poster is not None:
            poster_id = uuid7()
            await self._blobs.put(poster_key(poster_id), looked.poster, content_type=MEDIA_TYPE)
        async with self._db.transaction() as tx:
            kept = await items.set_ready(
                tx,
                id=media.id,
                sha256=sha256,
                kind=looked.kind,
                content_type=looked.content_type,
                seconds=looked.seconds,
                width=looked.width,
                height=looked.height,
                facts=looked.facts,
                poster_id=poster_id,
            )
            if kept and looked.kind == "video":
                await self._have_filmed(tx, media, sha256)
            unwanted = media.poster_id if kept else poster_id
            if unwanted is not None:
                await self._forget_poster(tx, media.id, unwanted)

    async def _have_filmed(self, tx: Db, media: Media, sha256: bytes) -> None:
        """Once for each content."""
        if await films.ask(tx, sha256=sha256, at=self._clock.now()):
            work = MakeFilm(media.id, sha256.hex())
            await self._jobs.enqueue(
                tx, work, subject=f"media:{media.id}", owner_id=media.owner_id, key=sha256.hex()
            )

    async def begin_films(self) -> int:
        """Of videos that came before there were any, or were taken out of the bin."""
        found = await films.unasked(self._db, limit=_AT_ONCE)
        for media_id, sha256 in found:
            media = await items.by_id(self._db, id=media_id)
            if media is not None:
                async with self._db.transaction() as tx:
                    await self._have_filmed(tx, media, sha256)
        return len(found)

    async def _forget_poster(self, tx: Db, id: MediaId, poster_id: UUID) -> None:
        await self._jobs.enqueue(tx, ForgetPoster(poster_id), subject=f"media:{id}")

    async def forget_content(self, work: ForgetContent) -> None:
        """Unless some item shows it still."""
        async with self._db.transaction() as tx:
            sha256 = bytes.fromhex(work.sha256)
            made = await films.keys(tx, sha256=sha256)
            key = await files.take_unused(tx, sha256=sha256)
            if key is not None:
                # Before the commit: bytes without a row would never be found again.
                for one in (key, *made):
                    await self._blobs.delete(one)

    async def forget_poster(self, work: ForgetPoster) -> None:
        await self._blobs.delete(poster_key(work.poster_id))

    async def empty_bin(self) -> int:
        """What was deleted long ago and stands nowhere."""
        before = self._clock.now() - timedelta(seconds=self._options.bin_lifetime)
        gone = await items.deleted_before(self._db, before=before, limit=_AT_ONCE)
        for media in gone:
            async with self._db.transaction() as tx:
                await items.remove(tx, id=media.id)
                if media.poster_id is not None:
                    await self._forget_poster(tx, media.id, media.poster_id)
                if media.sha256 is not None:
                    work = ForgetContent(media.sha256.hex())
                    await self._jobs.enqueue(tx, work, subject=f"media:{media.id}")
        return len(gone)


def _type(told: str, kind: Kind) -> str:
    """A container of moving pictures without any is sound."""
    return told.replace("video/", "audio/", 1) if kind == "audio" else told


def _facts(probe: Probe) -> dict[str, Any]:
    tracks = [
        {"kind": one.kind, "codec": one.codec}
        for one in probe.streams
        if one.kind in {"video", "audio", "subtitle"}
    ]
    return {"container": probe.container, "tracks": tracks}
