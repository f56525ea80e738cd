"""The journal of a recording: one line of JSON for each thing that is so, in the order of events.

A line is written after what it tells is in its file; the last one may be torn. All times are
seconds on the recording, from which pauses are taken out. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

NAME = "journal.jsonl"


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="k"):
    pass


class Began(Line, frozen=True, kw_only=True, tag="began"):
    version: int = 1
    recording: str
    wall: float  # seconds since 1970 at 0


class PartBegan(Line, frozen=True, kw_only=True, tag="part"):
    """A file: one codec, one size, one clock."""

    part: int
    file: str
    track: str
    participant: str
    source: str
    mime: str
    codec: str  # as RFC 6381 names it
    timescale: int
    width: int = 0
    height: int = 0


class Grown(Line, frozen=True, kw_only=True, tag="frag"):
    """A fragment is in the file; times in ticks of the part."""

    part: int
    offset: int
    size: int
    time: int
    duration: int
    samples: int
    key: bool


class Lost(Line, frozen=True, kw_only=True, tag="lost"):
    part: int
    at: float
    packets: int


class PartEnded(Line, frozen=True, kw_only=True, tag="part_ended"):
    part: int
    size: int


class Paused(Line, frozen=True, kw_only=True, tag="paused"):
    """Here on the recording, for so long by the clock."""

    at: float
    seconds: float


class Staged(Line, frozen=True, kw_only=True, tag="staged"):
    """From here on this track is on the stage; nobody is where it is empty."""

    at: float
    track: str


class TakenUp(Line, frozen=True, kw_only=True, tag="taken_up"):
    """The recorder came back; what happened since the lines before may be missing."""

    at: float


class Behind(Line, frozen=True, kw_only=True, tag="behind"):
    """From this part on, this track was not made into H.264 while it was recorded."""

    track: str
    part: int


class Gap(Line, frozen=True, kw_only=True, tag="gap"):
    """Nothing of these seconds reached the recorder: the server was away."""

    at: float
    until: float


class Replaced(Line, frozen=True, kw_only=True, tag="replaced"):
    """Another part tells all that this one told, and more. Its file stays for who plays it yet."""

    part: int


class Ended(Line, frozen=True, kw_only=True, tag="ended"):
    at: float


AnyLine = (
    Began
    | PartBegan
    | Grown
    | Lost
    | PartEnded
    | Paused
    | Staged
    | TakenUp
    | Behind
    | Gap
    | Replaced
    | Ended
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)


@dataclass(slots=True)
class PartStory:
    began: PartBegan
    fragments: list[Grown] = field(default_factory=list)
    lost: int = 0
    size: int | None = None  # once it is closed

    @property
    def header(self) -> int:
        """Bytes before the first fragment."""
        return self.fragments[0].offset if self.fragments else 0

    @property
    def start(self) -> float:
        return self.fragments[0].time / self.began.timescale if self.fragments else 0.0

    @property
    def end(self) -> float:
        if not self.fragments:
            return 0.0
        last = self.fragments[-1]
        return (last.time + last.duration) / self.began.timescale


@dataclass(slots=True)
class Story:
    """All that a journal tells."""

    began: Began | None = None
    parts: dict[int, PartStory] = field(default_factory=dict)
    paused: list[Paused] = field(default_factory=list)
    staged: list[Staged] = field(default_factory=list)
    taken_up: list[float] = field(default_factory=list)
    behind: list[Behind] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    replaced: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)  # nobody writes to their files any more
    ended: float | None = None

    @property
    def seconds(self) -> float:
        if self.ended is not None:
            return self.ended
        return max((part.end for part in self.parts.values()), default=0.0)

    def add(self, line: AnyLine) -> None:
        match line:
            case PartBegan():
                self.parts[line.part] = PartStory(line)
            case Grown():
                self.parts[line.part].fragments.append(line)
            case Lost():
                self.parts[line.part].lost += line.packets
            case PartEnded():
                self.parts[line.part].size = line.size
                self.closed.add(line.part)
            case _:
                self._about_all(line)

    def _about_all(self, line: AnyLine) -> None:
        """What is not about one part."""
        match line:
            case Began():
                self.began = self.began or line
            case Paused():
                self.paused.append(line)
            case Staged():
                self.staged.append(line)
            case TakenUp():
                self.taken_up.append(line.at)
                self.closed.update(self.parts)  # it goes on in new files
                self.ended = None
            case Behind():
                self.behind.append(line)
            case Gap():
                self.gaps.append(line)
            case Replaced():
                self.replaced.add(line.part)
            case Ended():
                self.ended = line.at
            case _:
                pass


def written(line: AnyLine) -> bytes:
    return _encoder.encode(line) + b"\n"


def line(text: bytes) -> AnyLine | None:
    """None where it is torn, or nothing that we know."""
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        return None


def read(data: bytes | Iterable[bytes]) -> Story:
    """Lines that are torn, or tell of a part that no line began, count for nothing."""
    story = Story()
    for line in data.split(b"\n") if isinstance(data, bytes) else data:
        try:
            story.add(_decoder.decode(line))
        except (msgspec.DecodeError, KeyError):
            continue
    return story
