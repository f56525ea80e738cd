"""The m-lines of somebody who watches over WHEP, and what is shown in each of them now."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from vtp.media.rtp import sdp_answer, sdp_slots
from vtp.media.rtp.ortc_types import Kind, RtpCapabilities
from vtp.media.rtp.sdp import Offer
from vtp.media.rtp.sdp_answer import Given
from vtp.media.rtp.sdp_lines import BadSdp
from vtp.media.rtp.sdp_media import Section
from vtp.rooms import stage
from vtp.rooms.facts import ParticipantId, Source, Track
from vtp.rooms.media import Consumer, Slot, Transport
from vtp.rooms.meeting import Meeting, Seat

# Sound and picture that belong together have one name at the player.
_STREAM = "class"
_KINDS: tuple[Kind, ...] = ("audio", "video")


@dataclass(slots=True, kw_only=True)
class Line:
    kind: Kind
    capabilities: RtpCapabilities
    slot: Slot
    track: Track | None = None
    consumer: Consumer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a viewer asked for."""

    participant: ParticipantId | None = None  # this one and nobody else
    screen: bool = False  # rather than the camera


class Watching:
    """One per viewer. `feed` it whenever the class has changed; nothing flows before `begin`."""

    def __init__(self, meeting: Meeting, seat: Seat, transport: Transport, wish: Wish) -> None:
        self._meeting = meeting
        self._seat = seat
        self._transport = transport
        self._wish = wish
        self._shown = wish.participant
        self._lines: list[Line] = []
        self._flowing = False

    def answer(self, offer: Offer) -> dict[str, Given]:
        """Take all m-lines in which something could be shown; what each may carry, by its mid."""
        self._choose()
        given: dict[str, Given] = {}
        for section in offer.sections:
            if section.kind is not None and (made := self._line(section, section.kind)):
                given[section.mid] = made
        if not given:
            raise BadSdp("Nothing is offered that could be watched here.")
        return given

    def _line(self, section: Section, kind: Kind) -> Given | None:
        slot = self._seat.peer.slot(self._transport.id)
        consumed = sdp_slots.slot(
            section,
            first=self._likely(kind, sum(line.kind == kind for line in self._lines)),
            ssrc=slot.ssrc,
            rtx_ssrc=slot.rtx_ssrc,
            cname=self._seat.participant_id.hex,
        )
        if consumed is None:
            return None
        capabilities = sdp_answer.capabilities_of(section)
        self._lines.append(Line(kind=kind, capabilities=capabilities, slot=slot))
        return Given(consumed, _STREAM, f"{kind}-{section.mid}")

    def _likely(self, kind: Kind, place: int) -> str | None:
        """The video codec with which this m-line begins."""
        if kind == "audio":
            return None
        tracks = self._tracks(kind)
        if place < len(tracks):
            return self._meeting.producer(tracks[place].id).published.mime
        source: Source = "screen" if self._wish.screen and place == 0 else "camera"
        return self._meeting.codecs.of(source)

    def _choose(self) -> None:
        if self._wish.participant is None:
            state = self._meeting.state
            me = self._seat.participant_id
            self._shown = stage.shown(state, viewer=me, before=self._shown)

    def _tracks(self, kind: Kind) -> list[Track]:
        return stage.tracks(self._meeting.state, self._shown, kind, screen=self._wish.screen)

    # --- as the class goes on -----------------------------------------------------------------
    def begin(self, now: float) -> None:
        """The viewer is connected."""
        self._flowing = True
        self.feed(now)

    def feed(self, now: float) -> None:
        """Show what is to be shown now, in the m-lines that there are."""
        self._choose()
        for kind in _KINDS:
            lines = [line for line in self._lines if line.kind == kind]
            tracks = self._tracks(kind)[: len(lines)]
            for line, track in zip_longest(lines, tracks):
                self._show(line, track, now)

    def _show(self, line: Line, track: Track | None, now: float) -> None:
        if track is None or line.track is None or track.id != line.track.id:
            if line.consumer is not None:
                line.consumer.close()
            line.track = track
            line.consumer = None if track is None else self._consume(line, track)
        if self._flowing and line.consumer is not None:
            line.consumer.resume(now)

    def _consume(self, line: Line, track: Track) -> Consumer | None:
        """None where the player cannot decode it; its sender may change the codec then."""
        me = self._seat.participant_id
        producer = self._meeting.watches(me, track, line.capabilities)
        if producer is None:
            return None
        return self._seat.peer.consume(
            self._transport.id, producer, line.capabilities, slot=line.slot
        )
