"""The line from web to the recorder, and all that is recorded over it.

The recorder may be killed and come back at any time: what it needs to know is said again, and the
last seconds are sent again. Nothing here ever waits: what the line cannot take is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

import structlog
from msgspec.structs import replace as changed

from vtp.media.capture import place, wire
from vtp.media.capture.sink import Subject, TrackSink
from vtp.media.sfu.tap import Sink
from vtp.tasks import Tasks

# Bytes that wait for the recorder; it reads all the time, and has threads for what is slow.
_MOST_WAITING = 32 * 1024 * 1024
_READ = 256 * 1024
_log = structlog.get_logger()


class Tap(Protocol):
    def want_key(self, now: float) -> None: ...

    def close(self) -> None: ...


class Tappable(Protocol):
    """A `media.sfu.producer.Producer`."""

    def tap(self, sink: Sink, now: float) -> Tap: ...


OnNews = Callable[[wire.Grew | wire.Finished | wire.Failed], None]


@dataclass(slots=True)
class _Tapped:
    tap: Tap
    sink: TrackSink


@dataclass(slots=True)
class _Recording:
    begin: wire.Begin
    tracks: dict[str, _Tapped] = field(default_factory=dict)
    stage: wire.OnStage | None = None
    finish: wire.Finish | None = None


class Capture:
    """Begin, pause and finish recordings; add and take away their tracks."""

    def __init__(self, folder: Path, *, now: Callable[[], float], retry: float) -> None:
        self._folder = folder
        self._now = now
        self._on_news: OnNews = _to_nobody
        self._retry = retry
        self._recordings: dict[str, _Recording] = {}
        self._numbers = count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._hello: wire.Hello | None = None

    # --- what is recorded ---------------------------------------------------------------------
    @property
    def connected(self) -> bool:
        return self._hello is not None

    @property
    def free(self) -> int:
        """Bytes that the recorder may still write, as it last said; 0 where it is not there."""
        return self._hello.free if self._hello is not None else 0

    def begin(self, begin: wire.Begin) -> None:
        held = self._recordings[begin.recording] = _Recording(begin)
        self._say_begin(held)

    def _say_begin(self, held: _Recording) -> None:
        if self._writer is not None:
            self.say(held.begin)
            held.begin = changed(held.begin, away=False)

    def pauses(self, recording: str, pauses: list[wire.Pause]) -> None:
        if (held := self._recordings.get(recording)) is None:
            return  # the recorder has just given it up
        held.begin = changed(held.begin, pauses=pauses)
        self.say(wire.Pauses(recording=recording, pauses=pauses))

    def stage(self, recording: str, track: str, at: float) -> None:
        if (held := self._recordings.get(recording)) is not None:
            held.stage = wire.OnStage(recording=recording, at=at, track=track)
            self.say(held.stage)

    def add(self, subject: Subject, producer: Tappable) -> None:
        held = self._recordings.get(subject.recording)
        if held is None or subject.track in held.tracks:
            return
        sink = TrackSink(subject, self, lambda: next(self._numbers))
        tap = producer.tap(sink, self._now())
        held.tracks[subject.track] = _Tapped(tap, sink)

    def remove(self, recording: str, track: str) -> None:
        held = self._recordings.get(recording)
        if held is not None and (tapped := held.tracks.pop(track, None)) is not None:
            tapped.tap.close()

    def finish(self, recording: str, *, at: float | None = None) -> None:
        """`at`, monotonic, is where it ends; without it, now."""
        held = self._recordings.get(recording)
        if held is None:
            return
        for track in list(held.tracks):
            self.remove(recording, track)
        held.finish = wire.Finish(recording=recording, at=self._now() if at is None else at)
        self.say(held.finish)

    def forget(self, recording: str) -> None:
        """Without an end: the process stops, or the recorder has given it up."""
        if (held := self._recordings.pop(recording, None)) is not None:
            for tapped in held.tracks.values():
                tapped.tap.close()

    # --- the line -----------------------------------------------------------------------------
    def run(self, tasks: Tasks, *, on_news: OnNews) -> None:
        self._on_news = on_news
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        tasks.start("capture", self._connected_for_ever())

    async def _connected_for_ever(self) -> None:
        while True:
            with contextlib.suppress(OSError, wire.BadFrame):
                await self._talk()
            self._writer = self._hello = None
            await asyncio.sleep(self._retry)

    async def _talk(self) -> None:
        reader, writer = await asyncio.open_unix_connection(
            sock=place.connected(self._folder), limit=_READ
        )
        frames = wire.Reader()
        try:
            while data := await reader.read(_READ):
                for kind, body in frames.feed(data):
                    self._heard(wire.from_recorder(kind, body), writer)
        finally:
            writer.close()

    def _heard(self, told: wire.FromRecorder, writer: asyncio.StreamWriter) -> None:
        match told:
            case wire.Hello(version=wire.VERSION):
                self._hello, self._writer = told, writer
                self._again()
            case wire.Hello():
                raise wire.BadFrame
            case wire.Room(free=free) if self._hello is not None:
                self._hello = changed(self._hello, free=free)
            case wire.WantKey(leg=leg):
                if (tapped := self._of_leg(leg)) is not None:
                    tapped.tap.want_key(self._now())
            case wire.Took(leg=leg, ext=ext):
                if (tapped := self._of_leg(leg)) is not None and tapped.sink.leg is not None:
                    tapped.sink.leg.taken(ext, self._now())
            case wire.Grew():
                self._on_news(told)
            case wire.Finished() | wire.Failed():
                self.forget(told.recording)
                self._on_news(told)

    def _again(self) -> None:
        """The recorder is new: it is told all that goes on."""
        for held in self._recordings.values():
            self._say_begin(held)
            for tapped in held.tracks.values():
                tapped.sink.again()
            if held.stage is not None:
                self.say(held.stage)
            if held.finish is not None:
                self.say(held.finish)
        if self._recordings:
            _log.info("capture.said_again", recordings=len(self._recordings))

    def _of_leg(self, leg: int) -> _Tapped | None:
        for held in self._recordings.values():
            for tapped in held.tracks.values():
                if tapped.sink.leg is not None and tapped.sink.leg.opened.leg == leg:
                    return tapped
        return None

    def say(self, told: wire.FromWeb) -> None:
        """`legs.Line`. Messages are few and are always taken."""
        if self._writer is not None:
            self._writer.write(wire.message(told))

    def send(self, leg: int, packets: Sequence[wire.Packed]) -> None:
        writer = self._writer
        if writer is not None and writer.transport.get_write_buffer_size() <= _MOST_WAITING:
            writer.write(wire.packets(leg, packets))


def _to_nobody(news: wire.Grew | wire.Finished | wire.Failed) -> None:
    del news
