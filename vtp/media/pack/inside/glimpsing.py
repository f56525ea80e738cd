"""Takes single pictures out of a recording: each from the key frame that stands before it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from av.codec import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from vtp.media.pack.inside.fitting import Fit, dark
from vtp.media.pack.inside.reading import CONTEXTS, pictures
from vtp.media.pack.ladder import NothingToSee
from vtp.media.pack.previews import Glimpse, Glimpsed
from vtp.media.pack.roomy import show
from vtp.media.pack.stretch import Stretch

__all__ = ["CONTEXTS", "glimpse"]

_QUALITY = 5  # of the scale from 2 to 31: 240 by 136 are about 5 kB


def glimpse(spec: Glimpse, files: Mapping[str, int]) -> Glimpsed:
    poster = _poster(spec, files)
    sheets = []
    each = spec.columns * spec.rows
    for first in range(0, len(spec.stretches), each):
        sheets.append(_sheet(spec, files, spec.stretches[first : first + each]))
        show(files, min(1.0, (first + each) / len(spec.stretches)))
    return Glimpsed(poster=poster, sheets=tuple(sheets))


def _picture(spec: Glimpse, files: Mapping[str, int], one: Stretch) -> VideoFrame | None:
    if not one.file:
        return None
    for seen in pictures([one], files, most_pixels=spec.most_pixels, keys_only=True):
        return seen.frame
    return None


def _poster(spec: Glimpse, files: Mapping[str, int]) -> bytes:
    """The one that takes most bytes: it is neither black nor blurred."""
    found = [_picture(spec, files, one) for one in spec.posters]
    drawn = [_jpeg(_within(one, spec.box)) for one in found if one is not None]
    if not drawn:
        raise NothingToSee
    return max(drawn, key=len)


def _within(frame: VideoFrame, box: tuple[int, int]) -> VideoFrame:
    scale = min(1.0, box[0] / frame.width, box[1] / frame.height)
    width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    return Fit(width, height).fitted(frame)


def _sheet(spec: Glimpse, files: Mapping[str, int], shown: tuple[Stretch, ...]) -> bytes:
    width, height = spec.tile
    rows = -(-len(shown) // spec.columns)
    sheet = dark(width * spec.columns, height * rows)
    planes = [bytearray(plane) for plane in sheet.planes]
    strides = [plane.line_size for plane in sheet.planes]
    for n, one in enumerate(shown):
        frame = _picture(spec, files, one)
        if frame is not None:
            row, column = divmod(n, spec.columns)
            tile = Fit(width, height).fitted(frame)
            paste(planes, strides, tile, x=column * width, y=row * height)
    for plane, data in zip(sheet.planes, planes, strict=True):
        plane.update(bytes(data))
    return _jpeg(sheet)


def paste(planes: list[bytearray], strides: list[int], tile: VideoFrame, *, x: int, y: int) -> None:
    """Line by line; the two planes of colours have half the size."""
    for n, plane in enumerate(tile.planes):
        half = 1 if n == 0 else 2
        data, stride, wide = memoryview(plane), plane.line_size, tile.width // half
        for line in range(tile.height // half):
            at = (y // half + line) * strides[n] + x // half
            planes[n][at : at + wide] = data[line * stride : line * stride + wide]


def _jpeg(frame: VideoFrame) -> bytes:
    encoder = CodecContext.create("mjpeg", "w")
    if not isinstance(encoder, VideoCodecContext):
        raise TypeError("an encoder of pictures makes something else")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": str(_QUALITY), "qmax": str(_QUALITY)}
    full = frame.reformat(format="yuvj420p")
    full.pts, full.time_base = 0, encoder.time_base
    packets = [*encoder.encode(full), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)
