"""One stream of a track, on its way into files.

A change of size or codec, and a long silence, begin a new file. Nothing here knows how files are
made: `Shelf` gives them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vtp.media.capture.wire import Open
from vtp.media.recorder.assembler import Assembler
from vtp.media.recorder.boxes import Fragment
from vtp.media.recorder.pieces import Frame, Piece
from vtp.media.recorder.position import Positions
from vtp.media.recorder.samples import READERS, Sample, opus_samples
from vtp.media.recorder.timeline import Leg, Offset

# s; what was asked for again has come by then, or never will.
_HOLD = 0.5
_VIDEO_SCALE, _SOUND_SCALE = 90_000, 48_000
# Packets at once that a sender does not send at once.
_MANY = 20
# A picture stands for as long as the next one takes, up to this; then its file ends.
_LONGEST_PICTURE = 2 * _VIDEO_SCALE
_LAST_PICTURE = _VIDEO_SCALE // 30
# A microphone that is off for longer begins a new file.
_LONGEST_SILENCE = 10 * _SOUND_SCALE
# Sound is continuous: it is moved only when it is off by more than what nobody hears.
_APART = _SOUND_SCALE * 25 // 1000
# RFC 6716: 20 ms of nothing.
_SILENT = Sample(b"\xf8\xff\xfe", True, codec="opus")
_SILENT_TICKS = 960


class OpenPart(Protocol):
    """One file of a shelf."""

    @property
    def number(self) -> int: ...

    def write(self, sample: Sample, *, at: int, duration: int) -> list[Fragment]: ...


class Shelf(Protocol):
    def part(self, opened: Open, sample: Sample) -> OpenPart:
        """Begin a file whose first sample is this one."""

    def grown(self, number: int, fragments: list[Fragment]) -> None: ...

    def lost(self, number: int, packets: int, at: float) -> None: ...

    def end(self, number: int) -> list[Fragment]:
        """Close it; what was not in it before, and is noted already."""


@dataclass(slots=True)
class _Held:
    sample: Sample
    at: int


class Track:
    """`take` what comes; `took` says how much of it cannot get lost any more."""

    def __init__(self, opened: Open, positions: Positions, shelf: Shelf, wall: Offset) -> None:
        self.opened = opened
        self.positions = positions
        self.took = -1
        self._shelf = shelf
        self._video = opened.mime.startswith("video/")
        self._read = READERS[opened.mime.lower()]
        self._assembler = Assembler(video=self._video, hold=_HOLD)
        self._leg = Leg(opened.clock_rate, wall)
        self._part: OpenPart | None = None
        self._next = 0  # tick after the last sample, of sound
        self._shape: tuple[tuple[int, int], str] = (0, 0), ""  # of the pictures in the file
        self._held: _Held | None = None  # a picture, until the next tells how long it stood
        self._broken = self._video  # only a key frame helps
        self._lost = 0
        self._written: deque[tuple[int, int]] = deque()  # when a sample ends, and its last number

    @property
    def needs_key(self) -> bool:
        return self._video and (self._broken or self._assembler.needs_key)

    @property
    def waits_at(self) -> float | None:
        """Where on the recording sound waits for what may still be repaired."""
        waits = not self._video and self._part is not None and self._assembler.waits
        return self._next / _SOUND_SCALE if waits else None

    def clocks(self, ntp: int, rtp: int) -> None:
        self._leg.report(ntp, rtp)

    def silence(self, until: int) -> None:
        self._assembler.silence(until)

    def take(self, pieces: Sequence[Piece], now: float) -> None:
        if len(pieces) > _MANY:
            # Said again: how the clocks stand is known before the first of them is placed.
            for piece in pieces:
                self._leg.at(piece.ts, piece.arrival)
        self._assembler.put(pieces)
        for frame in self._assembler.frames(now):
            self._frame(frame)
        self._say_lost(now)

    def close(self, now: float) -> None:
        for frame in self._assembler.rest():
            self._frame(frame)
        self._say_lost(now)
        self._end_part()

    def _frame(self, frame: Frame) -> None:
        sample = self._read(frame)
        moment = self._leg.at(frame.ts, frame.arrival)
        where = self.positions.of(moment)
        if sample is None or where is None or (self._broken and not sample.key):
            self._broken = self._video
            return
        self._broken = False
        if self._video:
            self._picture(sample, round(where * _VIDEO_SCALE), frame.pieces[-1].ext)
        else:
            self._sound(sample, round(where * _SOUND_SCALE), frame.pieces[-1].ext)

    # Pictures

    def _picture(self, sample: Sample, at: int, ext: int) -> None:
        held = self._held
        if held is not None:
            at = max(at, held.at + 1)
            if at - held.at > _LONGEST_PICTURE:
                self._end_part()
            else:
                self._write(held.sample, held.at, at - held.at)
        self._held = None
        if self._part is None or (sample.key and self._differs(sample)):
            if not sample.key:
                self._broken = True
                return
            self._end_part()
            self._part = self._shelf.part(self.opened, sample)
            self._shape = sample.size, sample.codec
        self._held = _Held(sample, at)
        self._written.append((at, ext))

    def _differs(self, sample: Sample) -> bool:
        return (sample.size, sample.codec) != self._shape

    # Sound

    def _sound(self, sample: Sample, at: int, ext: int) -> None:
        length = opus_samples(sample.data)
        if not length:
            return
        if self._part is None or not -_LONGEST_SILENCE < at - self._next < _LONGEST_SILENCE:
            self._end_part()
            self._part = self._shelf.part(self.opened, sample)
            self._next = at
        if self._next - at > _APART:
            return  # too much was kept already: this one makes up for it
        if at - self._next > _APART:
            self._be_silent(until=at)
        self._write(sample, self._next, length)
        self._next += length
        self._written.append((self._next, ext))

    def _be_silent(self, *, until: int) -> None:
        while until - self._next > _SILENT_TICKS // 2:
            self._write(_SILENT, self._next, _SILENT_TICKS)
            self._next += _SILENT_TICKS

    # Both

    def _write(self, sample: Sample, at: int, duration: int) -> None:
        if self._part is None:
            return
        fragments = self._part.write(sample, at=at, duration=duration)
        self._shelf.grown(self._part.number, fragments)
        self._kept(fragments)

    def _kept(self, fragments: list[Fragment]) -> None:
        if not fragments:
            return
        end = fragments[-1].time + fragments[-1].duration
        while self._written and self._written[0][0] < end + self._slack:
            self.took = self._written.popleft()[1]

    @property
    def _slack(self) -> int:
        """A picture is noted by its start, which is before the end; a sound by its end."""
        return 0 if self._video else 1

    def _end_part(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._write(held.sample, held.at, _LAST_PICTURE)
        part, self._part = self._part, None
        if part is not None:
            self._kept(self._shelf.end(part.number))

    def _say_lost(self, now: float) -> None:
        lost = self._assembler.lost - self._lost
        if lost and self._part is not None:
            self._lost += lost
            self._shelf.lost(self._part.number, lost, self.positions.reached(now))
