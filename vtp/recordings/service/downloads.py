"""What people may take home of a recording: what there is, having it made, and the file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vtp.actor import Actor
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import RecordingId
from vtp.jobs.model import LIVE, JobView
from vtp.recordings.kinds import DownloadKind
from vtp.recordings.model import TAKEN_HOME, Made, Recording
from vtp.recordings.problems import NotForHome, NotYetForHome, StillRecording
from vtp.recordings.service.orders import Orders, Progress
from vtp.recordings.service.playing import Playing
from vtp.recordings.service.studio import Studio
from vtp.recordings.store import made as store

_SOUNDS = frozenset({"opus", "aac"})


@dataclass(frozen=True, slots=True)
class Download:
    kind: DownloadKind
    made: Made | None
    job: JobView | None  # the last work on it, where something is known of that


class Downloads:
    def __init__(
        self, db: Database, *, studio: Studio, playing: Playing, orders: Orders, root: Path
    ) -> None:
        self._db = db
        self._studio = studio
        self._playing = playing
        self._orders = orders
        self._root = root

    async def listed(self, actor: Actor, id: RecordingId) -> list[Download]:
        """What can be had of it, made or not; nothing while it goes on."""
        recording = await self._allowed(actor, id)
        if recording.state != "ready":
            return []
        return await self._there(recording)

    async def ask(self, actor: Actor, id: RecordingId, kind: DownloadKind) -> Download:
        """Have it made; what is there, or is being made, is not begun again."""
        recording = await self._allowed(actor, id)
        if recording.state != "ready":
            raise StillRecording
        found = await self._one(recording, kind)
        if found.made is not None or (found.job is not None and found.job.state in LIVE):
            return found
        if any(_live(one, "pictures") for one in await self._work(id)):
            raise NotYetForHome
        async with self._db.transaction() as tx:
            await self._orders.put(tx, id, kind, owner_id=actor.user_id)
            await self._studio.wrote(tx, actor, "download_asked", id)
        return await self._one(recording, kind)

    async def file(
        self, actor: Actor, id: RecordingId, kind: DownloadKind
    ) -> tuple[Recording, Made, Path]:
        recording = await self._allowed(actor, id)
        made = await store.file(self._db, id=id, name=TAKEN_HOME[kind])
        if made is None:
            raise NotFound
        path = self._root / str(id) / made.path
        if not await asyncio.to_thread(path.is_file):
            raise NotFound
        return recording, made, path

    async def _allowed(self, actor: Actor, id: RecordingId) -> Recording:
        """Hosts always; others who see it where a host says so."""
        seen = await self._studio.seen(actor, id)
        if seen.role != "host" and not seen.recording.downloads:
            raise NotForHome
        return seen.recording

    async def _one(self, recording: Recording, kind: DownloadKind) -> Download:
        for one in await self._there(recording):
            if one.kind == kind:
                return one
        raise NotFound

    async def _there(self, recording: Recording) -> list[Download]:
        files = {one.name: one for one in await store.files(self._db, id=recording.id)}
        work = {one.kind: one.job for one in await self._work(recording.id)}
        return [
            Download(kind, files.get(TAKEN_HOME[kind]), work.get(kind))
            for kind in await self._possible(recording)
        ]

    async def _possible(self, recording: Recording) -> Sequence[DownloadKind]:
        followed = await self._playing.followed(recording)
        there = {one.name for one in followed.renditions() if one.real}
        views: list[DownloadKind] = [name for name in ("stage", "screen") if name in there]
        found: list[DownloadKind] = ["movie", *views] if views else []
        return [*found, "sound"] if there & _SOUNDS else found

    async def _work(self, id: RecordingId) -> Sequence[Progress]:
        return (await self._orders.of([id])).get(id, [])


def _live(one: Progress, kind: str) -> bool:
    return one.kind == kind and one.job.state in LIVE
