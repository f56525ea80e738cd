"""A track that is recorded: what `media.sfu.tap` gives of it goes to the recorder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from vtp.media.capture import wire
from vtp.media.capture.legs import Leg, Line
from vtp.media.rtp.packet import Packet
from vtp.media.sfu.stream import Stream

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is recorded of whom, and for what."""

    recording: str
    track: str
    participant: str
    source: str
    live: bool


class TrackSink:
    """`media.sfu.tap.Sink`. Each stream of the track is a leg of its own."""

    def __init__(self, subject: Subject, line: Line, number: Callable[[], int]) -> None:
        self.subject = subject
        self.leg: Leg | None = None
        self._line = line
        self._number = number

    def began(self, stream: Stream) -> None:
        self._close()
        published = stream.producer.published
        if published.mime.lower() not in wire.RECORDED:
            _log.warning("capture.no_file_for", track=self.subject.track, mime=published.mime)
            return
        opened = wire.Open(
            leg=self._number(),
            recording=self.subject.recording,
            track=self.subject.track,
            participant=self.subject.participant,
            source=self.subject.source,
            mime=published.mime.lower(),
            clock_rate=published.clock_rate,
            live=self.subject.live,
        )
        self.leg = Leg(opened, stream)
        self._line.say(opened)

    def packets(self, packets: Sequence[Packet], now: float) -> None:
        if self.leg is not None:
            self.leg.packets(self._line, packets, now)

    def silence(self, until: Packet) -> None:
        if self.leg is not None:
            self._line.say(wire.Silence(leg=self.leg.opened.leg, until=until.ext))

    def ended(self) -> None:
        self._close()

    def again(self) -> None:
        if self.leg is not None:
            self.leg.again(self._line)

    def _close(self) -> None:
        if self.leg is not None:
            self._line.say(wire.Close(leg=self.leg.opened.leg))
            self.leg = None
