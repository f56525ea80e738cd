"""Recordings that go on: begun, paused, resumed and stopped, and taken up again after a crash.

It lives where the packets are. What the recorder tells is written when the database is there;
until then it waits here.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from vtp.actor import SYSTEM, Actor
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import NotFound, Unavailable
from vtp.ids import MeetingId, RecordingId, RoomId, uuid7
from vtp.media.capture import wire
from vtp.media.capture.link import Capture
from vtp.media.capture.sink import Subject
from vtp.recordings import rights, store
from vtp.recordings.kinds import State
from vtp.recordings.model import Recording, Seen
from vtp.recordings.port import Sent, Shown, Stage
from vtp.recordings.problems import (
    AlreadyRecorded,
    DiskFull,
    NoClass,
    NoRecorder,
    NotYoursToRecord,
    RecordingOver,
)
from vtp.recordings.service.going import Going, going
from vtp.tasks import Tasks

_RETRY_AFTER = 5
_SHOWN: dict[State, Shown] = {"recording": "on", "paused": "paused"}
_log = structlog.get_logger()


class Studio:
    def __init__(
        self, db: Database, *, clock: Clock, audit: Audit, capture: Capture, tasks: Tasks
    ) -> None:
        self._db = db
        self._audit = audit
        self._clock = clock
        self._capture = capture
        self._tasks = tasks
        self._stage: Stage | None = None
        self._going: dict[MeetingId, Going] = {}
        # What the recorder told and is not written yet.
        self._sizes: dict[RecordingId, tuple[float, int]] = {}
        self._ends: dict[RecordingId, tuple[State, str, datetime]] = {}

    def attach(self, stage: Stage) -> None:
        """Classes are there now (`rooms`)."""
        self._stage = stage

    @property
    def ready(self) -> bool:
        """Whether the recorder is there."""
        return self._capture.connected

    @property
    def stage(self) -> Stage:
        if self._stage is None:
            raise RuntimeError("recordings have no classes yet")
        return self._stage

    # --- by those who host --------------------------------------------------------------------
    async def start(self, actor: Actor, room_id: RoomId) -> Recording:
        role = await self.stage.role(actor, room_id)
        if role is None:
            raise NotFound
        if not rights.may_change(role):
            raise NotYoursToRecord
        if (found := self.stage.class_of(room_id)) is None:
            raise NoClass
        self._require_room()
        meeting_id, title = found
        now, ticks = self._clock.now(), self._clock.monotonic()
        async with self._db.transaction() as tx:
            made = await store.insert(
                tx,
                id=RecordingId(uuid7()),
                room_id=room_id,
                meeting_id=meeting_id,
                title=title,
                started_by=actor.require_user(),
                started_at=now,
            )
            if made is None:
                raise AlreadyRecorded
            await self.wrote(tx, actor, "started", made.id)
        self._begin(Going(made, ticks))
        if meeting_id not in self.stage.going_on():
            self.meeting_ended(meeting_id)  # while it was being written
        return made

    def _require_room(self) -> None:
        if not self._capture.connected:
            raise NoRecorder(retry_after=_RETRY_AFTER)
        if self._capture.free <= 0:
            raise DiskFull

    async def pause(self, actor: Actor, id: RecordingId) -> Recording:
        """Keep nothing until `resume`. Pausing what is paused changes nothing."""
        held = await self._mine(actor, id)
        if held.recording.state == "paused":
            return held.recording
        now, ticks = self._clock.now(), self._clock.monotonic()
        # First it stops being kept, then it is written down: never the other way round.
        held.pause(ticks)
        self._capture.pauses(held.id, held.pauses)
        async with self._db.transaction() as tx:
            await store.add_pause(tx, id=id, since=now)
            await store.set_state(tx, id=id, state="paused")
            await self.wrote(tx, actor, "paused", id)
        return self._became(held, "paused")

    async def resume(self, actor: Actor, id: RecordingId) -> Recording:
        held = await self._mine(actor, id)
        if held.recording.state == "recording":
            return held.recording
        now, ticks = self._clock.now(), self._clock.monotonic()
        async with self._db.transaction() as tx:
            await store.end_pause(tx, id=id, until=now)
            await store.set_state(tx, id=id, state="recording")
            await self.wrote(tx, actor, "resumed", id)
        held.resume(ticks)
        self._capture.pauses(held.id, held.pauses)
        return self._became(held, "recording")

    async def stop(self, actor: Actor, id: RecordingId) -> Recording:
        """Stopping what has been stopped changes nothing."""
        found = await self.changeable(actor, id)
        held = self._going.get(found.meeting_id)
        if held is None or held.recording.id != id:
            return found
        return await self._stop(actor, held)

    async def _stop(self, actor: Actor, held: Going) -> Recording:
        now = self._clock.now()
        self._end(held)
        async with self._db.transaction() as tx:
            await store.end_pause(tx, id=held.recording.id, until=now)
            made = await store.set_state(
                tx, id=held.recording.id, state="processing", stopped_at=now
            )
            await self.wrote(tx, actor, "stopped", held.recording.id)
        return made or held.recording

    async def wrote(self, tx: Db, actor: Actor, action: str, id: RecordingId) -> None:
        await self._audit.record(tx, actor, action=action, noun="recording", target_id=id)

    # --- what happens in classes --------------------------------------------------------------
    def track_began(self, meeting_id: MeetingId, sent: Sent) -> None:
        if (held := self._going.get(meeting_id)) is not None:
            self._add(held, sent)

    def track_ended(self, meeting_id: MeetingId, track_id: str) -> None:
        if (held := self._going.get(meeting_id)) is not None:
            self._capture.remove(held.id, track_id)

    def meeting_ended(self, meeting_id: MeetingId) -> None:
        if (held := self._going.get(meeting_id)) is not None:
            self._soon("recordings.stop", lambda: self._stop(SYSTEM, held))

    def _begin(self, held: Going) -> None:
        self._going[held.recording.meeting_id] = held
        self._capture.begin(held.begin)
        for sent in self.stage.sent(held.recording.meeting_id):
            self._add(held, sent)
        self._show(held)

    def _add(self, held: Going, sent: Sent) -> None:
        if not rights.records(sent.source, host=sent.host):
            return
        subject = Subject(
            recording=held.id,
            track=sent.track_id,
            participant=sent.participant_id,
            source=sent.source,
            live=True,
        )
        self._capture.add(subject, sent.producer)

    def _became(self, held: Going, state: State) -> Recording:
        held.recording = replace(held.recording, state=state)
        self._show(held)
        return held.recording

    def _show(self, held: Going) -> None:
        shown = _SHOWN.get(held.recording.state, "off")
        self.stage.show(held.recording.meeting_id, shown)

    def _end(self, held: Going) -> None:
        self._going.pop(held.recording.meeting_id, None)
        self._capture.finish(held.id)
        self.stage.show(held.recording.meeting_id, "off")

    # --- what the recorder tells --------------------------------------------------------------
    def heard(self, news: wire.Grew | wire.Finished | wire.Failed) -> None:
        try:
            recording_id = RecordingId(UUID(news.recording))
        except ValueError:
            return
        if isinstance(news, wire.Failed):
            _log.error("recordings.failed", recording_id=news.recording, code=news.code)
            self._failed(recording_id, news.code)
        else:
            self._sizes[recording_id] = news.seconds, news.bytes
        if isinstance(news, wire.Finished):
            self._ends[recording_id] = "ready", "", self._clock.now()
        if not isinstance(news, wire.Grew):
            self._soon("recordings.flush", self.flush)

    def _failed(self, id: RecordingId, code: str) -> None:
        """What was written until then can be played; nothing written is nothing to keep."""
        something = self._sizes.get(id, (0.0, 0))[1] > 0
        self._ends[id] = "ready" if something else "failed", code, self._clock.now()
        for held in list(self._going.values()):
            if held.recording.id == id:
                self._going.pop(held.recording.meeting_id)
                self.stage.show(held.recording.meeting_id, "off")

    async def flush(self) -> None:
        """Write what waits; what the database does not take now stays."""
        for known, (seconds, size) in list(self._sizes.items()):
            await store.set_size(self._db, id=known, seconds=seconds, bytes=size)
            if self._sizes.get(known) == (seconds, size):
                del self._sizes[known]
        for known, (state, reason, at) in list(self._ends.items()):
            async with self._db.transaction() as tx:
                await store.finish(tx, id=known, state=state, reason=reason, at=at)
            self._ends.pop(known, None)

    def _soon(self, name: str, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        async def tried() -> None:
            try:
                await work()
            except Unavailable as problem:
                _log.warning("recordings.wait", task=name, code=problem.code)

        self._tasks.start(name, tried())

    # --- after a crash ------------------------------------------------------------------------
    async def recover(self) -> None:
        """What goes on is gone on with; what has no class any more is brought to its end."""
        live = set(self.stage.going_on())
        for recording in await store.unfinished(self._db):
            pauses = await store.pauses(self._db, id=recording.id)
            held = going(recording, pauses, now=self._clock.now(), ticks=self._clock.monotonic())
            if recording.goes_on and recording.meeting_id in live:
                self._begin(held)
                continue
            self._capture.begin(held.begin)
            self._capture.finish(held.id)
            async with self._db.transaction() as tx:
                await store.set_state(
                    tx, id=recording.id, state="processing", stopped_at=self._clock.now()
                )

    # --- gates --------------------------------------------------------------------------------
    async def seen(self, actor: Actor, id: RecordingId) -> Seen:
        """What is not for somebody is not there for them."""
        found = await store.by_id(self._db, id=id)
        if found is None:
            raise NotFound
        role = await self.stage.role(actor, found.room_id)
        visible = rights.may_see(
            role,
            visibility=found.visibility,
            state=found.state,
            deleted=found.deleted_at is not None,
        )
        if role is None or not visible:
            raise NotFound
        return Seen(found, role)

    async def changeable(self, actor: Actor, id: RecordingId) -> Recording:
        found = await self.seen(actor, id)
        if not rights.may_change(found.role):
            raise NotYoursToRecord
        return found.recording

    async def _mine(self, actor: Actor, id: RecordingId) -> Going:
        found = await self.changeable(actor, id)
        held = self._going.get(found.meeting_id)
        if held is None or held.recording.id != id:
            raise RecordingOver
        return held
