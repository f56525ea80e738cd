"""Decodes a picture of somebody else and draws it anew.

No container is opened: the kind is told by the first bytes, and its one decoder gets the file as
one packet, after its size was read from the header.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from fractions import Fraction

import av.error
from av.codec import CodecContext
from av.filter import Graph
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from vtp.media.pack import imagefile
from vtp.media.pack.picture import (
    AllFitted,
    Fitted,
    FitWish,
    NotAPicture,
    Picture,
    PictureAnimated,
    PictureDamaged,
    Pictures,
    PictureTooLarge,
    Wish,
)

_DECODERS: Mapping[imagefile.Kind, str] = {
    "png": "png",
    "jpeg": "mjpeg",
    "webp": "webp",
    "gif": "gif",
}
# EXIF orientation: what makes the stored picture upright.
_UPRIGHT: Mapping[int, tuple[tuple[str, str], ...]] = {
    1: (),
    2: (("hflip", ""),),
    3: (("hflip", ""), ("vflip", "")),
    4: (("vflip", ""),),
    5: (("transpose", "cclock_flip"),),
    6: (("transpose", "clock"),),
    7: (("transpose", "clock_flip"),),
    8: (("transpose", "cclock"),),
}
# Faces stay free of visible blocks; 512 pixels are about 30 kB.
_QUALITY = "82"
_TICK = Fraction(1, 25)


def redraw(spec: Wish, files: Mapping[str, int]) -> Pictures:
    """Squares, of what is in the middle."""
    header, data = _looked(files["input"], spec)
    try:
        frame = _decoded(header.kind, data, max_pixels=spec.max_pixels)
        drawn = [_square(frame, header.orientation, side) for side in spec.sides]
    except MemoryError:
        raise
    except av.error.FFmpegError:
        raise PictureDamaged from None
    return Pictures(pictures=tuple(drawn))


def fit(spec: FitWish, files: Mapping[str, int]) -> AllFitted:
    """The whole picture, in its proportions."""
    header, data = _looked(files["input"], spec)
    try:
        frame = _decoded(header.kind, data, max_pixels=spec.max_pixels)
        drawn = [fitted(frame, header.orientation, box) for box in spec.boxes]
    except MemoryError:
        raise
    except av.error.FFmpegError:
        raise PictureDamaged from None
    return AllFitted(pictures=tuple(drawn))


def _looked(descriptor: int, spec: Wish | FitWish) -> tuple[imagefile.Header, bytes]:
    data = _read(descriptor, spec.max_bytes)
    header = imagefile.look(data)
    if header is None:
        raise NotAPicture
    if header.animated:
        raise PictureAnimated
    if header.width * header.height > spec.max_pixels:
        raise PictureTooLarge(
            f"The picture has {header.width * header.height / 1e6:.0f} megapixels; "
            f"{spec.max_pixels / 1e6:.0f} is the most."
        )
    return header, data


def _read(descriptor: int, limit: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", closefd=False) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise PictureTooLarge(f"The file is larger than {limit / 1024**2:.0f} MB.")
    return data


def _decoded(kind: imagefile.Kind, data: bytes, *, max_pixels: int) -> VideoFrame:
    """The first picture of the file."""
    decoder = CodecContext.create(_DECODERS[kind], "r")
    decoder.thread_count = 1
    # The header may lie about what the decoder finds.
    decoder.options = {"max_pixels": str(max_pixels)}
    if not isinstance(decoder, VideoCodecContext):
        raise PictureDamaged
    frames = decoder.decode(Packet(data)) or decoder.decode(None)
    if not frames:
        raise PictureDamaged
    return frames[0]


def _square(frame: VideoFrame, orientation: int, side: int) -> Picture:
    inner = min(frame.width, frame.height)
    drawn = _drawn(frame, orientation, [("crop", f"{inner}:{inner}")], (side, side))
    return Picture(side=side, data=_encoded(drawn))


def fitted(frame: VideoFrame, orientation: int, box: int) -> Fitted:
    shrunk = min(1.0, box / max(frame.width, frame.height))
    size = tuple(max(1, round(side * shrunk)) for side in (frame.width, frame.height))
    drawn = _drawn(frame, orientation, [], (size[0], size[1]))
    return Fitted(width=drawn.width, height=drawn.height, data=_encoded(drawn))


def _drawn(
    frame: VideoFrame, orientation: int, first: list[tuple[str, str]], size: tuple[int, int]
) -> VideoFrame:
    graph = Graph()
    graph.threads = 1
    steps = [
        *first,
        ("scale", f"{size[0]}:{size[1]}:flags=lanczos+accurate_rnd+full_chroma_int"),
        ("format", "bgra"),
        *_UPRIGHT[orientation],
        # Where it was taken, by which camera, with which colours: gone.
        ("sidedata", "delete"),
        ("metadata", "delete"),
    ]
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=_TICK
    )
    nodes = [graph.add(name, args) for name, args in steps]
    graph.link_nodes(source, *nodes, graph.add("buffersink")).configure()
    frame.pts, frame.time_base = 0, _TICK
    graph.vpush(frame)
    return graph.vpull()


def _encoded(frame: VideoFrame) -> bytes:
    encoder = CodecContext.create("libwebp", "w")
    if not isinstance(encoder, VideoCodecContext):
        raise PictureDamaged
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt = frame.format.name
    encoder.time_base = _TICK
    encoder.options = {"quality": _QUALITY}
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)
