"""VP8, VP9 and AV1 on their way into H.264 while they are recorded: what players stream.

One track at a time: the screen that is shared, or the camera on the stage. What the sandboxed child
does not manage in time is left out and noted; it is made from the files after the stop.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import structlog
from msgspec.structs import replace

from vtp.media.capture.wire import Open
from vtp.media.recorder import mixwire, pictures
from vtp.media.recorder.mixline import End, Line
from vtp.media.recorder.samples import Sample
from vtp.media.recorder.shelf import Files, Part

StartConverter = Callable[[socket.socket], End]

SUFFIX = "+h264"
_SCALE = 90_000
_BEHIND = 3 * _SCALE  # it does not keep up
_STARTS = 10.0  # s; on a busy machine
_PAUSE = 2.0  # s between children that end
_REST = 5.0  # s; for the last pictures
_log = structlog.get_logger()


@dataclass(slots=True)
class _Child:
    line: Line
    began: float
    told: int = 0  # tick of the newest picture that it was given
    made: int = -1  # and of the newest that came back
    given: bool = False


@dataclass(slots=True)
class Converting:
    """One child, for pictures of one source."""

    files: Files
    start: StartConverter
    track: str = ""  # of which pictures are converted
    _opened: dict[int, Open] = field(default_factory=dict)  # of the parts that were given
    _child: _Child | None = None
    _out: Part | None = None
    _of: int = -1  # the part that `_out` is made of
    _feeding: int = -1  # the part that is given; it begins with a key frame
    _given_up: str = ""  # the track that is too much
    _again_at: float = 0.0

    def hear(self, opened: Open, part: int, sample: Sample, at: int, duration: int) -> None:
        """A picture was written."""
        if opened.track != self.track or self.track == self._given_up:
            return
        child = self._child or self._begin()
        if child is None or not (sample.key or self._feeding == part):
            return
        self._feeding = part
        self._opened[part] = opened
        child.told, child.given = at, True
        picture = pictures.Picture(_codec(opened), part, at, duration, sample.key, sample.data)
        child.line.send(pictures.written(picture))

    def _begin(self) -> _Child | None:
        now = monotonic()
        if now < self._again_at:
            return None
        ours, theirs = socket.socketpair()
        self._child = _Child(Line(ours, self.start(theirs), most=pictures.MOST), now)
        return self._child

    def beat(self, now: float) -> None:
        if (child := self._child) is None:
            return
        child.line.flush()
        try:
            for kind, body in child.line.received():
                self._take(child, pictures.read(kind, body))
        except mixwire.NotOurs:
            child.line.gone = True
        if child.line.gone:
            self._lost(now)
        elif child.given and self._late(child, now):
            self._give_up(now)

    def _late(self, child: _Child, now: float) -> bool:
        if child.made < 0:
            return now - child.began > _STARTS
        return child.told - child.made > _BEHIND and now - child.began > _STARTS

    def _take(self, child: _Child, made: pictures.Picture) -> None:
        opened = self._opened.get(made.part)
        if opened is None:
            raise mixwire.NotOurs
        child.made = made.at
        sample = Sample(made.data, made.key)
        if self._out is None or self._of != made.part:
            self._end_part()
            self._opened = {part: one for part, one in self._opened.items() if part >= made.part}
            if not made.key:
                return
            shape = pictures.parameters(made.data)
            first = Sample(made.data, True, (shape.width, shape.height), shape.codec)
            track = opened.track + SUFFIX
            self._out = self.files.part(replace(opened, track=track, mime="video/h264"), first)
            self._of = made.part
        fragments = self._out.write(sample, at=made.at, duration=made.duration)
        self.files.grown(self._out.number, fragments)

    def _end_part(self) -> None:
        out, self._out = self._out, None
        if out is not None:
            self.files.end(out.number)

    def _lost(self, now: float) -> None:
        """The next one begins at the next key frame."""
        _log.warning("recorder.converter_lost", track=self.track)
        self._let_go()
        self._again_at = now + _PAUSE

    def _give_up(self, now: float) -> None:
        _log.warning("recorder.converter_behind", track=self.track)
        self.files.behind(self.track, self._feeding)
        self._given_up = self.track
        self._let_go()
        self._again_at = now + _PAUSE

    def _let_go(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.line.close()
        self._end_part()
        self._opened.clear()
        self._feeding = -1

    def close(self) -> None:
        """What is under way is waited for a while."""
        until = monotonic() + _REST
        while (child := self._child) is not None and monotonic() < until:
            self.beat(monotonic())
            if not child.given or child.made >= child.told:
                break
            child.line.wait(0.02)
        self._let_go()


def _codec(opened: Open) -> str:
    return opened.mime.rpartition("/")[2].lower()
