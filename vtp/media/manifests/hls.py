"""HLS: a multivariant playlist, and a media playlist for each rendition (RFC 8216bis). Pure.

Files change without a discontinuity, because times, codecs and tracks go on (4.4.4.3); where a
picture changes its size or its sender there is another EXT-X-MAP.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from vtp.media.manifests.rates import average, frames, peak
from vtp.media.manifests.reel import MOST
from vtp.media.manifests.shapes import Piece, Presentation, Rendition, Segment

# What stands where a signed link puts its token, so that a text is made once for all who ask.
MARK = "\x00"
# s. While it goes on a segment is never longer, so that this stays true.
LIVE_TARGET = math.ceil(MOST)
# Of pieces; one of them is larger where pictures are few a second.
_PIECE_TARGETS = (0.235, 0.3, 0.45, 0.7, 1.1, 2.0, 4.1)
# Pieces stand behind the segments of the last so many targets (4.4.4.9).
_YOUNG_TARGETS = 3
# Segments before so many targets may be left out of an update (4.4.3.8: six at least).
_SKIP_TARGETS = 6
_AUDIO = {"opus": "Opus", "aac": "AAC"}


# --- the multivariant playlist -------------------------------------------------------------------
def multivariant(shown: Presentation, *, view: str = "stage") -> str:
    """Each picture of the view with each group of sounds; sound alone where there is no picture."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:9"]
    if shown.ended and all(one.key for each in _all(shown, view) for one in each.segments):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    groups = _groups(shown.sounds)
    for group, sounds in groups.items():
        lines += [_sound(group, one, first=n == 0) for n, one in enumerate(sounds)]
    for one in shown.captions:
        lines.append(
            '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions"'
            f',NAME="{_quoted(one.label)}",LANGUAGE="{one.language}",DEFAULT=NO,AUTOSELECT=YES'
            f',URI="{one.name}.m3u8{MARK}"'
        )
    pictures = shown.pictures(view)
    for group, sounds in groups.items() or [("", [])]:
        for picture in pictures:
            lines += _variant(shown, picture, group, sounds)
        if not pictures and sounds:
            lines += _variant(shown, sounds[0], "", [])
    return "\n".join(lines) + "\n"


def _all(shown: Presentation, view: str) -> list[Rendition]:
    return [*shown.pictures(view), *shown.sounds]


def _groups(sounds: Sequence[Rendition]) -> dict[str, list[Rendition]]:
    """AAC first: what plays neither takes the first variant that there is."""
    groups: dict[str, list[Rendition]] = {}
    for one in sorted(sounds, key=lambda one: one.codec):
        groups.setdefault("aac" if one.codec.startswith("mp4a") else "opus", []).append(one)
    return groups


def _sound(group: str, one: Rendition, *, first: bool) -> str:
    flag = "YES" if first else "NO"
    name = _AUDIO.get(one.name, one.name)
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{group}",NAME="{_quoted(name)}"'
        f',DEFAULT={flag},AUTOSELECT={flag},CHANNELS="{one.channels}",URI="{one.name}.m3u8{MARK}"'
    )


def _variant(
    shown: Presentation, one: Rendition, group: str, sounds: Sequence[Rendition]
) -> list[str]:
    each = [one, *sounds]
    most = peak(one.segments) + max(map(peak, (it.segments for it in sounds)), default=0)
    mean = average(one.segments) + max(map(average, (it.segments for it in sounds)), default=0)
    codecs = ",".join(dict.fromkeys(it.codec for it in each))
    told = f'#EXT-X-STREAM-INF:BANDWIDTH={most},AVERAGE-BANDWIDTH={mean},CODECS="{codecs}"'
    if one.kind == "video":
        largest = one.largest
        told += f",RESOLUTION={largest.width}x{largest.height},FRAME-RATE={frames(one):.3f}"
    if group:
        told += f',AUDIO="{group}"'
    if shown.captions:
        told += ',SUBTITLES="captions"'
    # Nothing is hidden in the pictures; players that are not told look for it in segments.
    told += ",CLOSED-CAPTIONS=NONE"
    return [told, f"{one.name}.m3u8{MARK}"]


def _quoted(text: str) -> str:
    """A quoted string holds neither quotes nor ends of lines (4.2)."""
    return "".join(" " if one in '"\r\n' or ord(one) < 32 else one for one in text)


def target(renditions: Iterable[Rendition]) -> int:
    """One for all of them (6.2.4). What was made anew of pictures may have longer segments."""
    longest = max((it.seconds for one in renditions for it in one.segments), default=0.0)
    return max(LIVE_TARGET, round(longest))


# --- a media playlist ----------------------------------------------------------------------------
class Playlist:
    """Of one rendition. It keeps the lines of segments that are done: they never change."""

    def __init__(
        self, rendition: Rendition, *, wall: float, pauses: Sequence[tuple[float, float]] = ()
    ) -> None:
        self._rendition = rendition
        self._wall = wall
        self._pauses = pauses  # at, and for how long; may grow
        self._paused = -1.0  # what of them is in the last date
        self._lines: list[str] = []  # one text for each segment
        self._source = ""

    def text(
        self,
        *,
        ended: bool,
        next_byte: tuple[str, int] | None = None,
        skip: bool = False,
        target: int = LIVE_TARGET,
    ) -> str:
        """All of it; with `skip` without what a player has that asks for what is new."""
        self._note()
        if ended:
            return self._ended(target)
        return self._live(next_byte, skip=skip)

    def reached(self, number: int, piece: int | None) -> bool:
        """Whether this segment, or this piece of it, is told (6.2.5.2)."""
        done = len(self._rendition.segments)
        if number < done:
            return True
        if piece is None or number > done:
            return False
        return piece < len(self._rendition.open)

    @property
    def state(self) -> tuple[int, int]:
        """Another one where there is more to tell."""
        return len(self._rendition.segments), len(self._rendition.open)

    # --- parts of it --------------------------------------------------------------------------
    def _note(self) -> None:
        for one in self._rendition.segments[len(self._lines) :]:
            self._lines.append("\n".join(self._segment(one)))

    def _segment(self, one: Segment) -> Iterable[str]:
        """With a date at the begin, and after each pause."""
        paused = sum(seconds for at, seconds in self._pauses if at <= one.start + 0.001)
        if paused != self._paused:
            self._paused = paused
            yield date(self._wall + paused + one.start)
        if one.source != self._source:
            self._source = one.source
            yield _map(one.source)
        yield f"#EXTINF:{one.seconds:.5f},"
        yield _address(one)

    def _ended(self, target: int) -> str:
        lines = [*_head(target), "#EXT-X-PLAYLIST-TYPE:VOD"]
        return "\n".join([*lines, *self._lines, "#EXT-X-ENDLIST"]) + "\n"

    def _live(self, next_byte: tuple[str, int] | None, *, skip: bool) -> str:
        target = self._piece_target()
        control = (
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES"
            f",CAN-SKIP-UNTIL={_SKIP_TARGETS * LIVE_TARGET}"
            f",HOLD-BACK={3 * LIVE_TARGET},PART-HOLD-BACK={3 * target:.3f}"
        )
        lines = [*_head(LIVE_TARGET), "#EXT-X-PLAYLIST-TYPE:EVENT", control]
        lines.append(f"#EXT-X-PART-INF:PART-TARGET={target:.3f}")
        skipped = self._skippable() if skip else 0
        if skipped:
            lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")
            lines.append(_map(self._rendition.segments[skipped - 1].source))
        lines += self._lines[skipped : self._young()]
        lines += self._with_pieces()
        if next_byte is not None:
            source, byte = next_byte
            uri = f"../media/{source}/{byte}.m4s{MARK}"
            lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{uri}"')
        return "\n".join(lines) + "\n"

    def _skippable(self) -> int:
        """How many segments are older than the boundary of skipping."""
        edge = self._rendition.until - _SKIP_TARGETS * LIVE_TARGET
        segments = self._rendition.segments
        count = len(segments)
        while count and segments[count - 1].until > edge:
            count -= 1
        return count

    def _young(self) -> int:
        edge = self._rendition.until - _YOUNG_TARGETS * LIVE_TARGET
        segments = self._rendition.segments
        count = len(segments)
        while count and segments[count - 1].start > edge and segments[count - 1].pieces:
            count -= 1
        return count

    def _with_pieces(self) -> Iterable[str]:
        segments = self._rendition.segments
        source = segments[self._young() - 1].source if self._young() else ""
        for number in range(self._young(), len(segments)):
            one = segments[number]
            head, _, rest = self._lines[number].rpartition("#EXTINF")
            yield from filter(None, head.split("\n"))
            yield from map(_piece, one.pieces)
            yield f"#EXTINF{rest}"
            source = one.source
        opened = self._rendition.open
        if opened and opened[0].source != source:
            yield _map(opened[0].source)
        yield from map(_piece, opened)

    def _piece_target(self) -> float:
        """Never less than a piece that is told (4.4.4.9)."""
        told = [one for each in self._rendition.segments[self._young() :] for one in each.pieces]
        longest = max((one.seconds for one in [*told, *self._rendition.open]), default=0.0)
        return next((one for one in _PIECE_TARGETS if one >= longest), _PIECE_TARGETS[-1])


def _head(target: int) -> list[str]:
    return [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]


def date(wall: float) -> str:
    """What the clock said at the next segment (4.4.4.6)."""
    told = datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds")
    return f"#EXT-X-PROGRAM-DATE-TIME:{told.replace('+00:00', 'Z')}"


def _map(source: str) -> str:
    return f'#EXT-X-MAP:URI="../media/{source}/init.mp4{MARK}"'


def _address(one: Segment | Piece) -> str:
    return f"../media/{one.source}/{one.first}-{one.end}.m4s{MARK}"


def _piece(one: Piece) -> str:
    """By where it begins alone, as it was hinted at before anybody knew where it ends."""
    filler = one.source in {"black", "silence"}
    uri = _address(one) if filler else f"../media/{one.source}/{one.first}.m4s{MARK}"
    told = f'#EXT-X-PART:DURATION={one.seconds:.5f},URI="{uri}"'
    return f"{told},INDEPENDENT=YES" if one.key else told
