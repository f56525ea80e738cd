"""What a recording is to a player: renditions, each a line of segments without a hole. Pure.

Times are seconds on the recording, and are also those inside of the files: no player has to be
told how one maps to the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["video", "audio"]

BLACK, SILENCE = "black", "silence"
# s; nothing later is told of: a clock that went wild must not make a list without an end.
LONGEST = 48 * 3_600.0
# Bytes that a second of these takes, nearly; they are made when they are asked for.
_FILLER_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class Source:
    """A file with one head: a part of the recorder, or what was made of the recording later."""

    name: str
    codec: str  # as RFC 6381 names it
    timescale: int
    header: int  # bytes before the first fragment
    width: int = 0
    height: int = 0

    @property
    def filler(self) -> bool:
        return self.name in {BLACK, SILENCE}


@dataclass(frozen=True, slots=True)
class Piece:
    """A fragment: what follows live is told of each as soon as it is there."""

    source: str
    first: int  # bytes of the file, up to and without `end`; of a filler milliseconds
    end: int
    start: float
    until: float
    key: bool  # decoding can start here
    samples: int

    @property
    def seconds(self) -> float:
        return self.until - self.start


@dataclass(frozen=True, slots=True)
class Segment:
    """Fragments that lie behind each other; it lasts until the next one begins."""

    source: str
    first: int
    end: int
    start: float
    until: float
    key: bool
    samples: int
    pieces: tuple[Piece, ...] = ()  # while it is young

    @property
    def seconds(self) -> float:
        return self.until - self.start

    @property
    def size(self) -> int:
        return _FILLER_BYTES if self.source in {BLACK, SILENCE} else self.end - self.first


@dataclass(slots=True)
class Rendition:
    """One line of them; `open` are the pieces of the segment that is not done yet."""

    name: str
    kind: Kind
    sources: dict[str, Source] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list)
    open: list[Piece] = field(default_factory=list)
    channels: int = 1  # of sound

    @property
    def real(self) -> bool:
        """Whether anything but filler is in it."""
        return any(not one.filler for one in self.sources.values())

    @property
    def until(self) -> float:
        if self.open:
            return self.open[-1].until
        return self.segments[-1].until if self.segments else 0.0

    @property
    def largest(self) -> Source:
        """Of its files the one with the largest picture; only where it is `real`."""
        real = [one for one in self.sources.values() if not one.filler]
        return max(real, key=lambda one: one.width * one.height)

    @property
    def codec(self) -> str:
        """What plays all of it: of H.264 the highest profile and level."""
        real = [one.codec for one in self.sources.values() if not one.filler]
        return max(real, key=_rank)

    def spans(self) -> list[tuple[float, float]]:
        """When there is more than filler."""
        found: list[tuple[float, float]] = []
        laid: list[Segment | Piece] = [*self.segments, *self.open]
        for one in laid:
            if self.sources[one.source].filler:
                continue
            if found and one.start <= found[-1][1] + 0.001:
                found[-1] = found[-1][0], one.until
            else:
                found.append((one.start, one.until))
        return found


def _as_large(one: Rendition, whole: Rendition) -> bool:
    """What was made in full size stands for all of it, also for what nobody could play."""
    made, had = one.largest, whole.largest
    return made.width * made.height >= had.width * had.height


def _rank(codec: str) -> tuple[int, int, str]:
    """Profile and level of avc1.PPCCLL; what is named in another way ranks by its name."""
    kind, _, rest = codec.partition(".")
    if kind == "avc1" and len(rest) == 6:
        return int(rest[:2], 16), int(rest[4:], 16), codec
    return 0, 0, codec


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A smaller (or another) picture of a rendition, made after the recording.

    One file, one head. Each segment is what a player may fetch on its own: its bytes, when it
    starts, how long it lasts and how many pictures it has; all begin with a key frame, best where
    those of the rendition do.
    """

    name: str  # in addresses: "stage-720"
    file: str  # from the folder of the recording: "made/stage-720.mp4"
    of: str  # the rendition: "stage", "screen"
    codec: str
    width: int
    height: int
    timescale: int
    header: int
    segments: Sequence[tuple[int, int, float, float, int]]  # offset, size, start, seconds, samples

    def rendition(self) -> Rendition:
        source = Source(self.name, self.codec, self.timescale, self.header, self.width, self.height)
        segments = [
            Segment(self.name, offset, offset + size, start, start + seconds, True, samples)
            for offset, size, start, seconds, samples in self.segments
        ]
        return Rendition(self.name, "video", {self.name: source}, segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captions:
    name: str  # in addresses: "captions-en"
    language: str  # BCP 47
    label: str
    file: str  # WebVTT, from the folder of the recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """All of a recording at one moment."""

    wall: float  # seconds since 1970 at its 0
    ended: bool
    renditions: Mapping[str, Rendition]
    rungs: Sequence[tuple[str, Rendition]] = ()  # each with the view that it is of
    captions: Sequence[Captions] = ()

    @property
    def seconds(self) -> float:
        return max((one.until for one in self.renditions.values()), default=0.0)

    @property
    def sounds(self) -> list[Rendition]:
        return [one for one in self.renditions.values() if one.kind == "audio" and one.segments]

    def pictures(self, view: str) -> list[Rendition]:
        """The rungs of a view, the best first; what was recorded is one of them."""
        found = [one for of, one in self.rungs if of == view]
        whole = self.renditions.get(view)
        if (
            whole is not None
            and whole.real
            and whole.segments
            and not any(_as_large(one, whole) for one in found)
        ):
            found.append(whole)
        return sorted(found, key=lambda one: -one.largest.width * one.largest.height)
