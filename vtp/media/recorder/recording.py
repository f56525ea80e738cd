"""One recording: its tracks, its files and its journal, in a thread of its own.

What comes waits in a queue that is bounded by bytes. Where the disk does not keep up, what is too
much is dropped and asked for anew as a key frame; web is never made to wait.
"""

from __future__ import annotations

import errno
import queue
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Protocol

import structlog

from vtp.media.capture import wire
from vtp.media.recorder import journal
from vtp.media.recorder.convert import Converting, StartConverter
from vtp.media.recorder.mix import Mix, StartMixer
from vtp.media.recorder.pieces import Piece
from vtp.media.recorder.position import Positions
from vtp.media.recorder.samples import READERS, Sample
from vtp.media.recorder.shelf import Files, Log
from vtp.media.recorder.timeline import Offset
from vtp.media.recorder.tracks import Track

# Bytes that may wait for the disk: some 10 s of a large class.
_MOST_WAITING = 64 * 1024 * 1024
_SYNC_EVERY = 1.0  # s; a power cut takes twice as much at most
_KEY_EVERY = 2.0  # s; players begin at key frames, and segments end before them
_BEAT = 0.1  # s
_TURN = 0.05  # s, between two looks at all tracks
# s; voices that come later than this are not in the mix. Where one waits for a repair, it is
# waited for as well.
_MIX_BEHIND, _MIX_WAITS = 0.25, 0.75
# s; after it was taken up: web says again what it kept before anything of it is mixed.
_MIX_RESTS = 2.0

Tell = Callable[[wire.FromRecorder], None]


class Left:
    """Web has gone, and may come back."""


class Starts(Protocol):
    """`children.Children`; from any thread."""

    @property
    def mixer(self) -> StartMixer: ...

    @property
    def converter(self) -> StartConverter: ...


Told = wire.FromWeb | wire.Packets | Left
_log = structlog.get_logger()


class Recording:
    """`put` from one thread; `tell` is called from the thread of the recording."""

    def __init__(
        self,
        begin: wire.Begin,
        folder: Path,
        tell: Tell,
        *,
        room: Callable[[], int],
        children: Starts,
    ) -> None:
        self.id = begin.recording
        self.finished = threading.Event()
        self._begin = begin
        self._folder = folder
        self._tell = tell
        self._room = room  # bytes that may still be written
        self._children = children
        self._waiting: queue.SimpleQueue[Told | None] = queue.SimpleQueue()
        # Each has one writer, so neither needs a lock.
        self._came = self._went = 0  # bytes
        self._thread = threading.Thread(target=self._run, name=f"rec-{self.id[-6:]}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, told: Told) -> bool:
        """False where it is dropped, because too much waits."""
        size = _size(told)
        if size and self._came - self._went + size > _MOST_WAITING:
            return False
        self._came += size
        self._waiting.put(told)
        return True

    def stop(self) -> None:
        """Close the files and leave it unfinished: it is gone on with later."""
        self._waiting.put(None)

    def _run(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            writing = _Writing(self._begin, self._folder, self._tell, self._children)
            try:
                self._work(writing)
            finally:
                writing.close()
        except OSError as error:
            _log.error("recorder.failed", recording=self.id, errno=error.errno)
            full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
            self._tell(wire.Failed(recording=self.id, code="disk_full" if full else "broken"))
        except Exception as error:
            _log.error("recorder.failed", recording=self.id, error=type(error).__name__)
            self._tell(wire.Failed(recording=self.id, code="broken"))
        finally:
            self.finished.set()

    def _work(self, writing: _Writing) -> None:
        while True:
            try:
                told = self._waiting.get(timeout=_BEAT)
            except queue.Empty:
                self._beat(writing)
                continue
            if told is None:
                writing.stop(monotonic())
                return
            self._went += _size(told)
            if isinstance(told, wire.Finish):
                writing.finish(told.at)
                return
            writing.take(told)
            self._beat(writing)

    def _beat(self, writing: _Writing) -> None:
        """The disk is looked at before it is full: a file that ends well beats a few seconds."""
        if writing.beat(monotonic()) and self._room() <= 0:
            raise OSError(errno.ENOSPC, "the reserve of the disk is reached")


def _size(told: Told) -> int:
    return told.size if isinstance(told, wire.Packets) else 0


class _Writing:
    """What the thread does; nobody else touches it."""

    def __init__(self, begin: wire.Begin, folder: Path, tell: Tell, children: Starts) -> None:
        self._id = begin.recording
        self._tell = tell
        self._positions = Positions(begin.began, begin.pauses)
        self._noted = len([one for one in begin.pauses if one.until])
        self._log = Log(folder / journal.NAME)
        self._files = Files(folder, self._log)
        self._mix = Mix(folder, self._files, self._log.story, children.mixer)
        self._screen = Converting(self._files, children.converter)
        self._camera = Converting(self._files, children.converter)
        self._files.hear_picture = self._hear_picture
        self._mix_from = monotonic()
        self._tracks: dict[int, Track] = {}
        self._walls: dict[str, Offset] = {}
        self._asked: dict[int, float] = {}
        self._took: dict[int, int] = {}
        self._synced = monotonic()
        self._beaten = 0.0
        self._left: float | None = None  # where on the recording web went
        self._open_journal(begin)

    def _open_journal(self, begin: wire.Begin) -> None:
        if self._log.story.began is None:
            self._log.write(journal.Began(recording=begin.recording, wall=begin.began_wall))
        else:
            self._mix_from += _MIX_RESTS
            self._left = self._log.story.seconds
            self._log.write(journal.TakenUp(at=self._positions.reached(monotonic())))
        self._back(begin)
        self._log.sync()

    def _back(self, begin: wire.Begin) -> None:
        """A web that was there all the time sends again what was not written."""
        left, self._left = self._left, None
        at = self._positions.reached(monotonic())
        if begin.away and left is not None and left < at:
            self._log.write(journal.Gap(at=left, until=at))

    def take(self, told: Told) -> None:
        match told:
            case wire.Packets():
                self._packets(told)
            case wire.Open():
                self._open(told)
            case wire.Close(leg=leg):
                if (track := self._tracks.pop(leg, None)) is not None:
                    track.close(monotonic())
                    self._say_took(leg, track)
            case wire.Clocks() if (track := self._tracks.get(told.leg)) is not None:
                track.clocks(told.ntp, told.rtp)
            case wire.Silence() if (track := self._tracks.get(told.leg)) is not None:
                track.silence(told.until)
            case _:
                self._about_all(told)

    def _about_all(self, told: Told) -> None:
        """What is not about one track."""
        match told:
            case wire.Begin():
                self._pauses(told.pauses)
                self._back(told)
            case Left():
                self._left = self._positions.reached(monotonic())
            case wire.Pauses():
                self._pauses(told.pauses)
            case wire.OnStage():
                self._on_stage(told)
            case _:
                pass

    def _open(self, told: wire.Open) -> None:
        if told.mime.lower() not in READERS:
            return
        wall = self._walls.setdefault(told.participant, Offset())
        if told.source == "screen":
            self._screen.track = told.track
        self._tracks[told.leg] = Track(told, self._positions, self._files, wall)

    def _packets(self, told: wire.Packets) -> None:
        if told.packets and (track := self._tracks.get(told.leg)) is not None:
            track.take([Piece._make(one) for one in told.packets], told.packets[-1][2])

    def _pauses(self, pauses: list[wire.Pause]) -> None:
        self._positions = Positions(self._positions.began, pauses)
        for track in self._tracks.values():
            track.positions = self._positions
        done = [one for one in pauses if one.until]
        for pause in done[self._noted :]:
            at = self._positions.reached(pause.since)
            self._log.write(journal.Paused(at=at, seconds=pause.until - pause.since))
        self._noted = len(done)

    def _hear_picture(
        self, opened: wire.Open, part: int, sample: Sample, at: int, duration: int
    ) -> None:
        converting = self._screen if opened.source == "screen" else self._camera
        converting.hear(opened, part, sample, at, duration)

    def _on_stage(self, told: wire.OnStage) -> None:
        """Once: it is said again to a recorder that comes back."""
        self._camera.track = told.track
        staged = self._log.story.staged
        if told.track != (staged[-1].track if staged else ""):
            at = self._positions.reached(told.at)
            self._log.write(journal.Staged(at=at, track=told.track))

    def beat(self, now: float) -> bool:
        """Whether it was synced. Going over all tracks for each packet would be their square."""
        if now - self._beaten < _TURN:
            return False
        self._beaten = now
        for leg, track in self._tracks.items():
            track.take((), now)
            self._ask(leg, track, now)
            self._say_took(leg, track)
        self._screen.beat(now)
        self._camera.beat(now)
        if now >= self._mix_from:
            self._mix.beat(self._said_until(now), now)
        if now - self._synced < _SYNC_EVERY:
            return False
        self._synced = now
        self._files.sync()
        self._log.sync()
        self._say_grown(now)
        return True

    def _said_until(self, now: float) -> float:
        """Up to where all that was said is here."""
        reached = self._positions.reached(now)
        waits = [track.waits_at for track in self._tracks.values()]
        first = min((at for at in waits if at is not None), default=reached)
        return min(reached - _MIX_BEHIND, max(first, reached - _MIX_WAITS))

    def _ask(self, leg: int, track: Track, now: float) -> None:
        """A key frame, when nothing can be kept without one, and regularly."""
        if not track.opened.mime.startswith("video/"):
            return
        pace = _KEY_EVERY / 4 if track.needs_key else _KEY_EVERY
        if now - self._asked.get(leg, 0.0) >= pace:
            self._asked[leg] = now
            self._tell(wire.WantKey(leg=leg))

    def _say_took(self, leg: int, track: Track) -> None:
        if track.took != self._took.get(leg, -1):
            self._took[leg] = track.took
            self._tell(wire.Took(leg=leg, ext=track.took))

    def _say_grown(self, now: float) -> None:
        self._tell(
            wire.Grew(
                recording=self._id, bytes=self._files.size, seconds=self._positions.reached(now)
            )
        )

    def stop(self, now: float) -> None:
        for track in self._tracks.values():
            track.close(now)
        self._tracks.clear()

    def finish(self, at: float) -> None:
        """What came after a stop, because it was under way, counts as well."""
        self.stop(monotonic())
        seconds = max(self._log.story.seconds, self._positions.reached(at))
        self._screen.close()
        self._camera.close()
        self._mix.finish(seconds)
        self._log.write(journal.Ended(at=seconds))
        self._log.sync()
        told = wire.Finished(recording=self._id, seconds=seconds, bytes=self._files.size)
        self._tell(told)

    def close(self) -> None:
        """All of it, also where the disk takes nothing more."""
        with ExitStack() as last_first:
            last_first.callback(self._log.close)
            last_first.callback(self._files.close)
            last_first.callback(self._mix.close)
            last_first.callback(self._camera.close)
            last_first.callback(self._screen.close)
