"""The mix of a recording: what is said goes to a mixer, and its sum comes back into two files.

A mixer decodes what people sent, so it is a sandboxed child that may end at any moment. It is told
what was said span by span, only as far as it has taken what came before; what a new one needs again
is here for a while, and then in the files. So it keeps nobody waiting and loses nothing by dying,
and a recorder that comes back goes on with the mix where its file ends.
"""

from __future__ import annotations

import math
import socket
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import structlog

from vtp.media.capture.wire import Open
from vtp.media.recorder import journal, mixwire
from vtp.media.recorder.filed import Filed
from vtp.media.recorder.mixline import End, Line
from vtp.media.recorder.mixspec import MixSpec
from vtp.media.recorder.samples import Sample
from vtp.media.recorder.shelf import AAC, Files, Part
from vtp.media.recorder.voices import RATE, Sound, Voices, fullest

StartMixer = Callable[[MixSpec, socket.socket], End]

_PACE = 0.05  # s
_KEPT = 10 * RATE  # longer than a fragment takes to be in its file
_SPAN = RATE  # told at once
# Before what is mixed anew: decoders come to themselves in 80 ms (RFC 7845, 4.6).
_AHEAD = 4800
# ms of a packet: what is told ends where a packet of Opus does.
_GRID = 960
_LENGTH = {mixwire.OPUS: _GRID, mixwire.AAC: 1024}
_MIME = {mixwire.OPUS: ("audio/opus", "opus"), mixwire.AAC: ("audio/aac", AAC)}
_TRACK = {mixwire.OPUS: "mix-opus", mixwire.AAC: "mix-aac"}
_LARGEST = 4096  # bytes of a packet of either
_HANGS = 20.0  # s without a word from who is behind, or is waited for at the end
# s between mixers that die; who lived for long begins at once.
_PAUSE, _LONGEST_PAUSE, _LIVED = 0.2, 30.0, 60.0
# Those who do not get any further at the same place: then it is passed over, and at the end of the
# recording it is given up.
_PASSED_OVER, _GIVEN_UP = 2, 4
_log = structlog.get_logger()


class Mix:
    """`beat` now and then with how far all that was said is known; `finish` at the end."""

    def __init__(self, folder: Path, files: Files, story: journal.Story, start: StartMixer) -> None:
        self._files = files
        self._start = start
        self._filed = Filed(folder, story)
        self._voices = Voices()
        self._parts: dict[int, Part] = {}
        self._ends = {kind: _end_of(story, track) for kind, track in _TRACK.items()}
        self._until = 0  # all that was said before is known
        self._line: Line | None = None
        self._told = 0  # it was told all before
        self._ending = self._end_told = self._done = False
        self._beaten = self._began = self._moved = 0.0
        self._began_at = self._passed_over = 0
        self._again_at = 0.0
        self._deaths = self._stuck = self._left_out = 0
        files.hear_voice = self._hear

    def _hear(self, _: Open, part: int, sample: Sample, at: int, _duration: int) -> None:
        self._voices.heard(part, at, sample.data, sample.level)

    @property
    def reached(self) -> int:
        return min(self._ends.values())

    def beat(self, until: float, now: float) -> None:
        if now - self._beaten < _PACE:
            return
        self._beaten = now
        self._until = max(self._until, int(until * RATE) // _GRID * _GRID)
        self._turn(now)
        self._voices.trim(self._until - _KEPT)

    def finish(self, seconds: float) -> None:
        """All of it, however long that takes, for as long as it gets on."""
        self._until = math.ceil(seconds * RATE / _GRID - 1e-6) * _GRID
        self._ending, self._moved = True, monotonic()
        while not self._done and self._stuck < _GIVEN_UP and (self._wanted or self._line):
            self._turn(monotonic())
            if self._line is not None:
                self._line.wait(_PACE)
            else:
                self._again_at = min(self._again_at, monotonic())
        if self._wanted and not self._done:
            _log.error("recorder.mix_given_up", at=self.reached / RATE)
        self.close()

    @property
    def _wanted(self) -> bool:
        return self._filed.anything and self.reached < self._until

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        parts, self._parts = self._parts, {}
        for part in parts.values():
            self._files.end(part.number)

    # --- the mixer ----------------------------------------------------------------------------
    def _turn(self, now: float) -> None:
        if self._line is None:
            if not self._wanted or now < self._again_at:
                return
            self._line = self._begin(now)
        self._tell(self._line)
        self._listen(self._line, now)

    def _begin(self, now: float) -> Line:
        ours, theirs = socket.socketpair()
        self._end_told = False
        self._began = self._moved = now
        self._began_at = self.reached
        self._told = max(0, self.reached - _AHEAD) // _GRID * _GRID
        spec = MixSpec(
            heard_from=self._told,
            opus_from=self._ends[mixwire.OPUS],
            aac_from=self._ends[mixwire.AAC],
        )
        return Line(ours, self._start(spec, theirs))

    def _tell(self, line: Line) -> None:
        """One span more whenever the one before is taken."""
        while line.flush() and self._told < self._until:
            hi = min(self._told + _SPAN, self._until)
            said = b"".join(mixwire.sound(one.voice, one.at, one.data) for one in self._said(hi))
            line.send(said + mixwire.until(hi))
            self._told = hi
        if self._ending and not self._end_told and self._told >= self._until:
            line.send(mixwire.end(self._told))
            self._end_told = True

    def _said(self, hi: int) -> list[Sound]:
        lo = max(self._told, self._passed_over)
        return self._known(lo, hi) if lo < hi else []

    def _known(self, lo: int, hi: int) -> list[Sound]:
        since = self._voices.since
        filed = fullest(self._filed.window(lo, hi, known_since=since))
        return sorted(filed + self._voices.window(max(lo, since), hi), key=lambda one: one.at)

    def _listen(self, line: Line, now: float) -> None:
        try:
            for kind, body in line.received():
                self._moved = now
                self._take(kind, body)
        except mixwire.NotOurs:
            self._lost(line, now, "strange")
            return
        if self._done:
            return
        if line.gone:
            self._lost(line, now, "ended")
        elif self._told - self.reached <= 2 * _SPAN and not self._ending:
            self._moved = now  # it is not behind
        elif now - self._moved > _HANGS:
            self._lost(line, now, "hangs")

    def _take(self, kind: int, body: bytes) -> None:
        if kind == mixwire.DONE and self.reached >= self._until:
            self._done = True
            return
        if kind not in _LENGTH or not 0 < len(body) <= _LARGEST:
            raise mixwire.NotOurs
        if self._ends[kind] < self._told:
            self._write(kind, body)

    def _write(self, kind: int, packet: bytes) -> None:
        mime, codec = _MIME[kind]
        sample = Sample(packet, key=True, codec=codec)
        part = self._parts.get(kind)
        if part is None:
            part = self._parts[kind] = self._files.part(_opened(_TRACK[kind], mime), sample)
        if self._left_out and kind == mixwire.OPUS:
            self._files.lost(part.number, self._left_out, self._ends[kind] / RATE)
            self._left_out = 0
        length = _LENGTH[kind]
        fragments = part.write(sample, at=self._ends[kind], duration=length)
        self._files.grown(part.number, fragments)
        self._ends[kind] += length

    def _lost(self, line: Line, now: float, how: str) -> None:
        """The next one goes on where this one came to."""
        line.close()
        self._line = None
        self._stuck = 0 if self.reached > self._began_at else self._stuck + 1
        self._deaths = 1 if now - self._began > _LIVED else self._deaths + 1
        self._again_at = now + min(_PAUSE * 2 ** (self._deaths - 1), _LONGEST_PAUSE)
        _log.warning("recorder.mixer_lost", how=how, at=self.reached / RATE, stuck=self._stuck)
        if self._stuck >= _PASSED_OVER:
            self._pass_over()

    def _pass_over(self) -> None:
        """Something that was said ends every mixer: it is left out, and that is noted."""
        lo, hi = max(self.reached - _AHEAD, self._passed_over), self.reached + _SPAN
        self._left_out += len(self._known(lo, hi))
        self._passed_over = hi


def _end_of(story: journal.Story, track: str) -> int:
    parts = [part for part in story.parts.values() if part.began.track == track]
    return max((one.fragments[-1].time + one.fragments[-1].duration for one in parts
                if one.fragments), default=0)  # fmt: skip


def _opened(track: str, mime: str) -> Open:
    return Open(
        leg=0,
        recording="",
        track=track,
        participant="",
        source="mix",
        mime=mime,
        clock_rate=RATE,
        live=True,
    )
