"""From the journal of a recording to its renditions: stage, screen and sound. Pure.

While it goes on, lines are taken as they come, and what was told stays. Of a recording that has
ended they are taken in the order of what happened, also what was written later.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vtp.media.manifests.joined import MIX, joined
from vtp.media.manifests.reel import Reel
from vtp.media.manifests.shapes import LONGEST, Piece, Presentation, Rendition, Source
from vtp.media.recorder.journal import (
    AnyLine,
    Began,
    Ended,
    Grown,
    PartBegan,
    PartEnded,
    Paused,
    Replaced,
    Staged,
    TakenUp,
)

# The suffix of a track that was made of one that players cannot play.
MADE = "+h264"
# s; a segment of sound, from fragments of 0.2.
_SOUND = 1.99
# s that a picture may lag behind the rest of a class before black takes its place: where nothing
# more is to come of it, and where it should come.
_GONE, _LATE = 1.0, 10.0
# s that who was on the stage stays there, until there is a key frame of who comes after.
_STAYS = 3.0
# Fragments that are addressed by where they begin alone: a minute of a large class.
_RECENT = 4_096


@dataclass(slots=True)
class _Part:
    began: PartBegan
    track: str
    header: int = 0
    open: bool = True
    replaced: bool = False  # nothing is told of it any more

    @property
    def is_screen(self) -> bool:
        return self.began.source == "screen"

    @property
    def is_voice(self) -> bool:
        return self.began.source != MIX and self.began.mime.startswith("audio/")

    @property
    def source(self) -> Source:
        told = self.began
        return Source(
            str(told.part), told.codec, told.timescale, self.header, told.width, told.height
        )


class Table:
    def __init__(self, *, live: bool = True) -> None:
        self.wall = 0.0
        self.ended = False
        self.pauses: list[tuple[float, float]] = []  # at, and for how long
        self.now = 0.0  # as far as anything has come
        # Where the newest fragments end, by their file and where they begin.
        self.recent: OrderedDict[tuple[str, int], int] = OrderedDict()
        self.lines = 0  # what was taken; whoever waits sees that it moves
        self._parts: dict[int, _Part] = {}
        self._reels: dict[str, Reel] = {}
        self._staged: Staged | None = None
        self._screen = ""
        self._replaced: set[int] = set()
        self._live = live

    # --- what it tells ------------------------------------------------------------------------
    def presentation(self) -> Presentation:
        return Presentation(wall=self.wall, ended=self.ended, renditions=self.renditions())

    def renditions(self) -> dict[str, Rendition]:
        """Where voices are mixed, what was heard of each is not told."""
        return {
            name: reel.rendition
            for name, reel in self._reels.items()
            if not (self._mixed and name.startswith("voice-"))
        }

    @property
    def _mixed(self) -> bool:
        return "opus" in self._reels or "aac" in self._reels

    def file(self, source: str) -> str:
        """The name of the file of a part."""
        return self._parts[int(source)].began.file

    def replaced(self, source: str) -> Source | None:
        """A file that was made anew since: whoever was told of it before still plays it."""
        part = self._parts.get(int(source)) if source.isdecimal() else None
        return part.source if part is not None and part.replaced else None

    def next_byte(self, name: str) -> tuple[str, int] | None:
        """What a rendition goes on with, where that is known."""
        reel = self._reels.get(name)
        opened = reel.rendition.open if reel is not None else []
        if self.ended or not opened or reel is None:
            return None
        last = opened[-1]
        return (last.source, last.end) if not reel.rendition.sources[last.source].filler else None

    # --- what it is told ----------------------------------------------------------------------
    def add(self, line: AnyLine) -> None:
        self.lines += 1
        match line:
            case Began():
                self.wall = self.wall or line.wall
            case PartBegan():
                self._begin(line)
            case Grown():
                self._grow(line)
            case PartEnded() if (part := self._parts.get(line.part)) is not None:
                self._part_ended(part)
            case Staged():
                self._staged = line
            case Replaced():
                self._replaced.add(line.part)
            case Paused():
                self.pauses.append((line.at, line.seconds))
            case _:
                self._about_all(line)

    def _about_all(self, line: AnyLine) -> None:
        """What is not about one part, or one moment."""
        match line:
            case TakenUp():
                self.ended = False
                for part in self._parts.values():
                    part.open = False
            case Ended():
                self._end(line.at)
            case _:
                pass

    def _begin(self, line: PartBegan) -> None:
        if not _playable(line):
            return
        track = line.track.removesuffix(MADE)
        self._parts[line.part] = _Part(line, track, replaced=line.part in self._replaced)
        if line.source == "screen":
            self._screen = track

    def _part_ended(self, part: _Part) -> None:
        part.open = False
        if part.track == self._screen:
            others = [one.track for one in self._parts.values() if one.open and one.is_screen]
            self._screen = others[-1] if others else self._screen

    def _grow(self, line: Grown) -> None:
        part = self._parts.get(line.part)
        if part is None:
            return
        part.header = part.header or line.offset
        if part.replaced:
            return
        scale = part.began.timescale
        start, until = line.time / scale, (line.time + line.duration) / scale
        if not 0 <= start <= until <= LONGEST:
            return
        end = line.offset + line.size
        self.now = max(self.now, until)
        if part.is_voice and self._mixed:
            return
        piece = Piece(str(line.part), line.offset, end, start, until, line.key, line.samples)
        if self._live:
            self.note(line.part, line.offset, end)
        if part.began.mime.startswith("audio/"):
            self._sound(part, piece)
        elif part.is_screen:
            self._picture("screen", self._screen, part, piece)
        else:
            self._picture("stage", self._wanted(part), part, piece)
        if self._live:
            self._keep_up()

    def note(self, part: int, first: int, end: int) -> None:
        """Whoever follows live asks for it by where it begins alone."""
        self.recent[str(part), first] = end
        if len(self.recent) > _RECENT:
            self.recent.popitem(last=False)

    def _sound(self, part: _Part, piece: Piece) -> None:
        told = part.began
        if told.source == MIX:
            name = "aac" if told.codec.startswith("mp4a") else "opus"
        else:
            name = f"voice-{told.track}"
        self._reel(name).offer(part.source, piece)

    def _wanted(self, part: _Part) -> str:
        """Whoever is on the stage; where nobody said that, the first camera that goes on."""
        if self._staged is not None:
            return self._staged.track.removesuffix(MADE)
        shown = self._reels["stage"].track if "stage" in self._reels else ""
        going = any(one.open and one.track == shown for one in self._parts.values())
        return shown if going and shown else part.track

    def _picture(self, name: str, wanted: str, part: _Part, piece: Piece) -> None:
        if part.track == wanted:
            reel = self._reel(name)
            if reel.offer(part.source, piece):
                reel.track = wanted
        elif (shown := self._reels.get(name)) is not None and shown.track == part.track:
            stays = name == "screen" or self._staged is None or self._staged.track != ""
            since = self._staged.at if self._staged is not None else self.now
            if stays and piece.until <= since + _STAYS:
                shown.offer(part.source, piece)

    def _reel(self, name: str) -> Reel:
        if name not in self._reels:
            picture = name in {"stage", "screen"}
            self._reels[name] = (
                Reel(name, "video") if picture else Reel(name, "audio", least=_SOUND)
            )
        return self._reels[name]

    def _keep_up(self) -> None:
        """Whoever follows live hears on while no picture comes."""
        for name in ("stage", "screen"):
            reel = self._reels.get(name)
            if reel is None or self.now - reel.until <= _GONE:
                continue
            if not self._comes(name, reel) or self.now - reel.until > _LATE:
                reel.fill(self.now - _GONE)

    def _comes(self, name: str, reel: Reel) -> bool:
        wanted = reel.track
        if name == "stage" and self._staged is not None:
            wanted = self._staged.track.removesuffix(MADE)
        return any(one.open and one.track == wanted for one in self._parts.values())

    def _end(self, at: float) -> None:
        self.ended = True
        self.now = max(self.now, at if at <= LONGEST else 0.0)
        for reel in self._reels.values():
            if reel.rendition.kind == "video" and self.now - reel.until > _GONE:
                reel.fill(self.now)
            reel.close()


def _playable(line: PartBegan) -> bool:
    """By browsers, in fragmented MP4."""
    kinds = ("avc1.", "opus", "mp4a.")
    return line.file.endswith((".mp4", ".m4s", ".m4a")) and line.codec.startswith(kinds)


def of_ended(lines: Iterable[AnyLine]) -> Table:
    """Of a recording that goes on no more."""
    told = list(lines)
    table = Table(live=False)
    for line in _in_order(joined(told)):
        table.add(line)
    for line in told[-_RECENT:]:
        if isinstance(line, Grown):
            table.note(line.part, line.offset, line.offset + line.size)
    return table


def _in_order(lines: Sequence[AnyLine]) -> list[AnyLine]:
    """By when it happened on the recording; a part begins with its first fragment."""
    parts = {one.part: one for one in lines if isinstance(one, PartBegan)}
    first: dict[int, float] = {}
    last: dict[int, float] = {}
    placed: list[tuple[float, int, AnyLine]] = []
    for one in lines:
        if isinstance(one, Grown) and (part := parts.get(one.part)) is not None:
            at = one.time / part.timescale
            first.setdefault(one.part, at)
            last[one.part] = at + one.duration / part.timescale
            placed.append((at, 2, one))
        elif isinstance(one, Staged | Paused):
            placed.append((one.at, 1, one))
        elif isinstance(one, Began | Replaced):
            placed.append((-1.0, 0, one))
    for number, at in first.items():
        placed.append((at, 0, parts[number]))
        placed.append((last[number], 3, PartEnded(part=number, size=0)))
    ended = [one for one in lines if isinstance(one, Ended)]
    reached = max(last.values(), default=0.0)
    placed.append((float("inf"), 4, ended[-1] if ended else Ended(at=reached)))
    return [one for _, _, one in sorted(placed, key=lambda one: one[:2])]
