"""What was made of recordings, and what is being made: for those who may see and change them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import RecordingId
from vtp.media.manifests import subtitles
from vtp.recordings import captions
from vtp.recordings.kinds import WorkKind
from vtp.recordings.model import Made
from vtp.recordings.problems import NoTranscriber, StillRecording
from vtp.recordings.service.engines import Engine
from vtp.recordings.service.mill import FOLDER, written
from vtp.recordings.service.orders import Orders, Progress
from vtp.recordings.service.studio import Studio
from vtp.recordings.store import made as store


@dataclass(frozen=True, slots=True)
class Details:
    """What is made of one recording: names of files, and work that goes on."""

    work: Sequence[Progress] = ()
    made: Sequence[str] = ()


NOTHING = Details()


class Workshop:
    def __init__(
        self,
        db: Database,
        *,
        studio: Studio,
        orders: Orders,
        clock: Clock,
        root: Path,
        engine: Engine,
    ) -> None:
        self.engine = engine
        self._db = db
        self._clock = clock
        self._studio = studio
        self._orders = orders
        self._root = root

    async def details(self, ids: Collection[UUID]) -> dict[RecordingId, Details]:
        """For whoever was shown these recordings already."""
        work = await self._orders.of(ids)
        made: dict[RecordingId, list[str]] = {}
        for known, name in await store.names(self._db, ids=ids):
            made.setdefault(known, []).append(name)
        return {known: Details(work.get(known, ()), made.get(known, ())) for known in work | made}

    async def again(self, actor: Actor, id: RecordingId, kind: WorkKind) -> Progress:
        """Begin it, or begin anew what failed; what waits or runs goes on."""
        found = await self._studio.changeable(actor, id)
        if found.state != "ready":
            raise StillRecording
        if kind == "captions" and self.engine.state != "ready":
            raise NoTranscriber
        async with self._db.transaction() as tx:
            job_id = await self._orders.put(tx, id, kind, owner_id=actor.require_user())
            await self._studio.wrote(tx, actor, "worked_on", id)
        progress = (await self._orders.of([id])).get(id, [])
        return next(one for one in progress if one.job.id == job_id)

    async def set_captions(
        self, actor: Actor, id: RecordingId, *, language: str, label: str, data: bytes
    ) -> Made:
        """Of one language, in the place of those that were there."""
        await self._studio.changeable(actor, id)
        text = await asyncio.to_thread(lambda: subtitles.written(captions.read(data)).encode())
        made = Made(
            name=f"captions-{language.lower()}",
            kind="captions",
            path=f"{FOLDER}/captions-{language.lower()}.vtt",
            bytes=len(text),
            language=language,
            label=label or language,
        )
        await asyncio.to_thread(written, self._root / str(id) / made.path, text)
        async with self._db.transaction() as tx:
            await store.put(tx, id=id, made=made, at=self._clock.now())
            await self._studio.wrote(tx, actor, "captions_set", id)
        return made

    async def forget_captions(self, actor: Actor, id: RecordingId, language: str) -> None:
        await self._studio.changeable(actor, id)
        async with self._db.transaction() as tx:
            if not await store.forget(tx, id=id, name=f"captions-{language.lower()}"):
                raise NotFound
            await self._studio.wrote(tx, actor, "captions_removed", id)

    async def captions(self, actor: Actor, id: RecordingId) -> list[Made]:
        await self._studio.seen(actor, id)
        return await store.files(self._db, id=id, kind="captions")

    async def file(self, actor: Actor, id: RecordingId, name: str) -> tuple[Made, Path]:
        """What was made of a recording that one may see, and where that is."""
        await self._studio.seen(actor, id)
        found = await store.file(self._db, id=id, name=name)
        if found is None:
            raise NotFound
        return found, self._root / str(id) / found.path
