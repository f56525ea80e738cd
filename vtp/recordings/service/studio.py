"""Recordings that go on: begun, paused, resumed and stopped, and taken up again after a crash.

It lives where the packets are. What the recorder tells is written when the database is there;
until then it waits here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from vtp.actor import SYSTEM, Actor
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import NotFound, Unavailable
from vtp.ids import MeetingId, RecordingId, RoomId, UserId, uuid7
from vtp.media.capture import wire
from vtp.media.capture.link import Capture
from vtp.media.capture.sink import Subject
from vtp.recordings import rights, store
from vtp.recordings.kinds import State
from vtp.recordings.model import Recording, Seen
from vtp.recordings.port import Sent, Shown, Stage, Timetable
from vtp.recordings.problems import (
    AlreadyRecorded,
    DiskFull,
    NoClass,
    NoRecorder,
    NotYoursToRecord,
    RecordingOver,
)
from vtp.recordings.service.going import Going, going, on_clock
from vtp.recordings.service.orders import Orders
from vtp.recordings.service.outcomes import Outcomes
from vtp.tasks import Tasks

_RETRY_AFTER = 5
_SHOWN: dict[State, Shown] = {"recording": "on", "paused": "paused"}
# What is followed as it grows: pictures, and of sound the mix.
_LIVE = frozenset({"camera", "screen"})
_log = structlog.get_logger()


class Studio:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        capture: Capture,
        orders: Orders,
        tasks: Tasks,
    ) -> None:
        self._db = db
        self._audit = audit
        self._clock = clock
        self._capture = capture
        self._tasks = tasks
        self._stage: Stage | None = None
        self._timetable: Timetable | None = None
        self._going: dict[MeetingId, Going] = {}
        self._outcomes = Outcomes(db, clock=clock, orders=orders)
        self._due: set[MeetingId] = set()  # to be recorded without anybody asking

    def attach(self, stage: Stage) -> None:
        """Classes are there now (`rooms`)."""
        self._stage = stage

    def follow(self, timetable: Timetable) -> None:
        """Classes are planned, and a recording belongs to one."""
        self._timetable = timetable

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
        made = await self._started(actor, found[0], (room_id, found[1]), by=actor.require_user())
        if made is None:
            raise AlreadyRecorded
        return made

    async def _started(
        self, actor: Actor, meeting_id: MeetingId, room: tuple[RoomId, str], *, by: UserId | None
    ) -> Recording | None:
        now, ticks = self._clock.now(), self._clock.monotonic()
        async with self._db.transaction() as tx:
            made = await store.insert(
                tx,
                id=RecordingId(uuid7()),
                room_id=room[0],
                meeting_id=meeting_id,
                title=room[1],
                started_by=by,
                started_at=now,
            )
            if made is None:
                return None
            made = await self._titled(tx, made)
            await self.wrote(tx, actor, "started", made.id)
        self._begin(Going(made, ticks))
        if meeting_id not in self.stage.going_on():
            self.meeting_ended(meeting_id)  # while it was being written
        return made

    async def _titled(self, tx: Db, made: Recording) -> Recording:
        """After the class that is held, where it was planned; else after its room."""
        if self._timetable is None:
            return made
        title = await self._timetable.recorded(tx, made.id, made.room_id, made.started_at)
        if title is None:
            return made
        return await store.change(tx, id=made.id, title=title, visibility=None) or made

    def _require_room(self) -> None:
        if not self._capture.connected:
            raise NoRecorder(retry_after=_RETRY_AFTER)
        if self._capture.free <= 0:
            raise DiskFull

    async def pause(self, actor: Actor, id: RecordingId) -> Recording:
        """Keep nothing until `resume`. Pausing what is paused changes nothing."""
        async with self._mine(actor, id) as held:
            if held.recording.state == "paused":
                return held.recording
            now = self._clock.now()
            # First it stops being kept, then it is written down: never the other way round.
            held.pause(self._clock.monotonic())
            self._capture.pauses(held.id, held.pauses)
            try:
                async with self._db.transaction() as tx:
                    await store.add_pause(tx, id=id, since=now)
                    await store.set_state(tx, id=id, state="paused")
                    await self.wrote(tx, actor, "paused", id)
            except BaseException:
                self._kept_again(held)  # whoever asked is told that it is not paused
                raise
            return self._became(held, "paused")

    def _kept_again(self, held: Going) -> None:
        held.resume(self._clock.monotonic())
        self._capture.pauses(held.id, held.pauses)

    async def resume(self, actor: Actor, id: RecordingId) -> Recording:
        async with self._mine(actor, id) as held:
            if held.recording.state == "recording":
                return held.recording
            async with self._db.transaction() as tx:
                await store.end_pause(tx, id=id, until=self._clock.now())
                await store.set_state(tx, id=id, state="recording")
                await self.wrote(tx, actor, "resumed", id)
            self._kept_again(held)
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
        # A pause that is being written is written first.
        async with held.lock, self._db.transaction() as tx:
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
        elif sent.host and self.stage.records_itself(meeting_id) is not None:
            self._due.add(meeting_id)
            self._soon("recordings.begin", self.begin_due)

    async def begin_due(self) -> None:
        """Classes that are recorded by themselves, once each: who stops that does so for good."""
        for meeting_id in list(self._due):
            room = self.stage.records_itself(meeting_id)
            if room is not None and meeting_id not in self._going:
                self._require_room()
                if not await store.any_of(self._db, meeting_id=meeting_id):
                    await self._started(SYSTEM, meeting_id, room, by=None)
            self._due.discard(meeting_id)

    def track_ended(self, meeting_id: MeetingId, track_id: str) -> None:
        if (held := self._going.get(meeting_id)) is not None:
            self._capture.remove(held.id, track_id)
            held.staging.ended(track_id)
            self._restage(held)

    def track_changed(self, meeting_id: MeetingId, sent: Sent) -> None:
        """Whoever sends it became a host, or is one no more: of cameras that decides."""
        held = self._going.get(meeting_id)
        if sent.host or held is None:
            self.track_began(meeting_id, sent)
        elif sent.source == "camera":
            if not rights.records(sent.source, host=False, everybody=sent.everybody):
                self._capture.remove(held.id, sent.track_id)
            held.staging.ended(sent.track_id)
            self._restage(held)

    def track_held(self, meeting_id: MeetingId, track_id: str, *, paused: bool) -> None:
        if (held := self._going.get(meeting_id)) is not None:
            held.staging.held(track_id, on=not paused)
            self._restage(held)

    def speaks(self, meeting_id: MeetingId, participant_id: str | None) -> None:
        if (held := self._going.get(meeting_id)) is not None:
            held.staging.speaks(participant_id)
            self._restage(held)

    def kept_large(self, meeting_id: MeetingId, participants: Collection[str]) -> None:
        if (held := self._going.get(meeting_id)) is not None:
            held.staging.kept_large(participants)
            self._restage(held)

    def _restage(self, held: Going) -> None:
        """Now, and once more when somebody has spoken for long enough."""
        now = self._clock.monotonic()
        if held.staging.turn(now):
            self._capture.stage(held.id, held.staging.track, now)
        if held.staging.due is not None and not held.waits:
            held.waits = True
            self._soon("recordings.stage", partial(self._restage_at, held, held.staging.due))

    async def _restage_at(self, held: Going, due: float) -> None:
        await asyncio.sleep(due - self._clock.monotonic())
        held.waits = False
        if self._goes_on(held):
            self._restage(held)

    def meeting_ended(self, meeting_id: MeetingId) -> None:
        if (held := self._going.get(meeting_id)) is not None:
            self._soon("recordings.stop", lambda: self._stop(SYSTEM, held))

    def _begin(self, held: Going) -> None:
        self._going[held.recording.meeting_id] = held
        self._capture.begin(held.begin)
        held.staging.kept_large(self.stage.kept_large(held.recording.meeting_id))
        for sent in self.stage.sent(held.recording.meeting_id):
            self._add(held, sent)
        self._show(held)

    def _add(self, held: Going, sent: Sent) -> None:
        if not rights.records(sent.source, host=sent.host, everybody=sent.everybody):
            return
        subject = Subject(
            recording=held.id,
            track=sent.track_id,
            participant=sent.participant_id,
            source=sent.source,
            live=sent.source in _LIVE,
        )
        self._capture.add(subject, sent.producer)
        if sent.host and sent.source == "camera":
            held.staging.began(sent.track_id, sent.participant_id, on=not sent.paused)
            self._restage(held)

    def _became(self, held: Going, state: State) -> Recording:
        held.recording = replace(held.recording, state=state)
        if self._goes_on(held):
            self._show(held)
        return held.recording

    def _goes_on(self, held: Going) -> bool:
        return self._going.get(held.recording.meeting_id) is held

    def _show(self, held: Going) -> None:
        shown = _SHOWN.get(held.recording.state, "off")
        self.stage.show(held.recording.meeting_id, shown)

    def _end(self, held: Going) -> None:
        self._capture.finish(held.id)
        self._let_go(held)

    def _let_go(self, held: Going) -> None:
        if self._goes_on(held):
            del self._going[held.recording.meeting_id]
            self.stage.show(held.recording.meeting_id, "off")

    # --- what the recorder tells --------------------------------------------------------------
    def heard(self, news: wire.Grew | wire.Finished | wire.Failed) -> None:
        over = self._outcomes.heard(news)
        if over is None:
            return
        for held in list(self._going.values()):
            if held.recording.id == over:
                self._let_go(held)
        self._soon("recordings.flush", self.flush)

    async def flush(self) -> None:
        """Write what waits; what the database does not take now stays."""
        await self._outcomes.flush()

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
            # It ends where it was stopped, or where its files end: not after the time between.
            ended, now, ticks = recording.stopped_at, self._clock.now(), self._clock.monotonic()
            at = held.began if ended is None else on_clock(ended, now=now, ticks=ticks)
            held.away = False
            self._capture.begin(held.begin)
            self._capture.finish(held.id, at=at)
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

    @asynccontextmanager
    async def _mine(self, actor: Actor, id: RecordingId) -> AsyncIterator[Going]:
        """Nobody else pauses, resumes or stops it meanwhile."""
        found = await self.changeable(actor, id)
        held = self._going.get(found.meeting_id)
        if held is None or held.recording.id != id:
            raise RecordingOver
        async with held.lock:
            if not self._goes_on(held):
                raise RecordingOver
            yield held
