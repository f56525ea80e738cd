"""What a media file of somebody else is: looked at in a child, told as plain values.

A file that is answered for has a container and codecs that we know, is within the bounds, and at
least one picture (or some sound) of it was decoded.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from vtp.errors import Invalid
from vtp.media.pack.confined import Confined

_PROBE = "vtp.media.pack.inside.probing:probe"
# A good file takes a tenth of a second; a bad one shall not take much of a class.
_CPU_SECONDS = 20.0
_WALL_SECONDS = 40.0
_OUTPUT = 65_536

Kind = Literal["video", "audio", "subtitle", "cover", "data"]


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    side: int = 8192
    # A little over 60, because cameras do not keep it exactly.
    fps: float = 60.5
    seconds: float = 12 * 3600.0
    # Pictures, sound and subtitles; phones add many tracks of data, which nobody reads.
    streams: int = 8


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    index: int
    kind: Kind
    # "h264", "opus", …; "" for data.
    codec: str = ""
    width: int | None = None
    height: int | None = None
    # Frames per second on average, where the file tells.
    fps: float | None = None
    # Degrees clockwise by which the picture is turned for showing: 0, 90, 180 or 270.
    rotation: int = 0
    # Samples per second.
    rate: int | None = None
    channels: int | None = None
    # Three letters of ISO 639-2.
    language: str | None = None


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    # "mp4", "matroska", "mpegts", …
    container: str
    # Seconds; None where only reading it all would tell, as in what browsers record.
    duration: float | None
    size: int
    streams: tuple[Stream, ...]

    def first(self, kind: Kind) -> Stream | None:
        return next((stream for stream in self.streams if stream.kind == kind), None)


class Empty(Invalid):
    """The file is empty. Perhaps it was still being written when you chose it."""

    code = "media_empty"


class NotMedia(Invalid):
    """The file is not a video or a sound recording. Use MP4, MOV, WebM, MKV, MP3, M4A or WAV."""

    code = "media_unreadable"


class UnknownCodec(Invalid):
    """The file is of a kind that cannot be played here."""

    code = "media_codec"


class Damaged(Invalid):
    """The file is damaged: neither picture nor sound can be read from it."""

    code = "media_damaged"


class OutOfBounds(Invalid):
    """The file is larger than what can be played here."""

    code = "media_bounds"


REFUSALS = (Empty, NotMedia, UnknownCodec, Damaged, OutOfBounds)


async def probe_file(confined: Confined, descriptor: int, bounds: Bounds | None = None) -> Probe:
    """Look at the open file `descriptor`, whose position is the child's to move."""
    return await confined.run(
        _PROBE,
        bounds or Bounds(),
        returns=Probe,
        files={"input": descriptor},
        raises=REFUSALS,
        cpu_seconds=_CPU_SECONDS,
        wall_seconds=_WALL_SECONDS,
        output=_OUTPUT,
    )
