"""Makes H.264 of other pictures while they come: a picture out for a picture in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any, cast

import av
from av.error import FFmpegError
from av.video.frame import PictureType

from vtp.media.recorder import mixwire, pictures
from vtp.media.recorder.convertspec import Converted, ConvertSpec

_DECODERS = {"vp8": "vp8", "vp9": "vp9", "av1": "libdav1d"}
_READ = 256 * 1024
_SCALE = 90_000
# Pixels; more than a screen of today has.
_MOST_PIXELS = 4096 * 2304
# Slides stay sharp at this quality; one thread, so that a class keeps the other cores.
_OPTIONS = {
    "preset": "veryfast",
    "tune": "zerolatency",
    "profile": "main",
    "crf": "24",
    "forced-idr": "1",
    "x264-params": "keyint=6000:scenecut=0:annexb=1:repeat-headers=1:sliced-threads=0",
}


def convert(spec: ConvertSpec, files: Mapping[str, int]) -> Converted:
    """Until nobody listens any more."""
    del spec
    made = Converted(pictures=0)
    with suppress(ConnectionError):
        for count in _converted(files["line"]):
            made = Converted(pictures=made.pictures + count)
    return made


def _converted(line: int) -> Iterator[int]:
    """How many came of each that was read."""
    frames = mixwire.Frames(most=pictures.MOST)
    converter: Converter | None = None
    part = -1
    while data := os.read(line, _READ):
        for kind, body in frames.feed(data):
            picture = pictures.read(kind, body)
            if picture.part != part:
                converter, part = None, picture.part
            if converter is None and picture.key:
                converter = Converter(picture.codec)
            if converter is not None:
                yield _write(line, converter.take(picture))


def _write(line: int, made: Iterator[pictures.Picture]) -> int:
    count = 0
    for picture in made:
        count += 1
        view = memoryview(pictures.written(picture))
        while view:
            view = view[os.write(line, view) :]
    return count


class Converter:
    """Of one part. What cannot be decoded is left out, up to a key frame."""

    def __init__(self, codec: str) -> None:
        decoder = av.CodecContext.create(_DECODERS[codec], "r")
        self._decoder = cast("av.VideoCodecContext", decoder)
        self._decoder.thread_count = 1
        self._encoder: av.VideoCodecContext | None = None
        self._broken = True

    def take(self, picture: pictures.Picture) -> Iterator[pictures.Picture]:
        if self._broken and not picture.key:
            return
        try:
            frames = self._decoder.decode(av.Packet(picture.data))
        except FFmpegError:
            self._broken = True
            return
        self._broken = False
        for frame in frames:
            for packet in self._encoded(frame, picture):
                data, key = bytes(packet), packet.is_keyframe
                yield pictures.Picture(
                    "h264", picture.part, picture.at, picture.duration, key, data
                )

    def _encoded(self, frame: av.VideoFrame, picture: pictures.Picture) -> Iterable[Any]:
        width, height = frame.width // 2 * 2, frame.height // 2 * 2
        if not 0 < width * height <= _MOST_PIXELS:
            return []
        if self._encoder is None:
            self._encoder = _encoder(width, height)
        # VP9 and AV1 become smaller for a while without beginning anew.
        width, height = self._encoder.width, self._encoder.height
        if (width, height) != (frame.width, frame.height) or frame.format.name != "yuv420p":
            frame = frame.reformat(width=width, height=height, format="yuv420p")
        frame.pts, frame.time_base = picture.at, Fraction(1, _SCALE)
        frame.pict_type = PictureType.I if picture.key else PictureType.NONE
        return self._encoder.encode(frame)


def _encoder(width: int, height: int) -> av.VideoCodecContext:
    made = av.CodecContext.create("libx264", "w")
    made.width, made.height, made.pix_fmt = width, height, "yuv420p"
    made.time_base, made.framerate = Fraction(1, _SCALE), Fraction(30)
    made.thread_count = 1
    made.options = _OPTIONS
    return made
