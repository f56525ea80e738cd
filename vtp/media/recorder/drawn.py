"""Pictures and a sound that nobody sent, in the files that the recorder writes.

For what is invented: it is encoded here, because no bytes of strangers are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from vtp.media.recorder import pictures
from vtp.media.recorder.files import Aac, GrowingFile, Picture, Sound
from vtp.media.recorder.inside.encoding import Encoder
from vtp.media.recorder.inside.voice import BYTES
from vtp.media.recorder.samples import Sample
from vtp.media.recorder.turns import Turn

_SCALE = 90_000
# s; long fragments make short journals, and nobody follows this while it grows.
_EACH = 5.0
# Samples of a packet of each.
_OPUS, _AAC = 960, 1_024
_OPTIONS = {
    "preset": "veryfast",
    "profile": "main",
    "crf": "30",
    "bf": "0",
    "x264-params": "scenecut=0:annexb=1:repeat-headers=1:sliced-threads=0",
}

# The three planes of a picture of 4:2:0, one after the other.
Planes = tuple[bytes, bytes, bytes]


def shown(
    path: Path, frames: Iterable[Planes], *, size: tuple[int, int], ticks: int, every: int
) -> tuple[Turn, str]:
    """Each picture for so many ticks, a key frame `every` so many; and what the codec is called."""
    encoder = _encoder(size, every)
    file = Picture(path, size, each=_EACH)
    told = ""
    count = 0
    for number, planes in enumerate(frames):
        frame = _frame(planes, size)
        frame.pts, frame.time_base, count = number * ticks, Fraction(1, _SCALE), number + 1
        told = _write(file, encoder.encode(frame), ticks) or told
    _write(file, encoder.encode(None), ticks)
    file.close()
    return Turn(path.read_bytes(), count * ticks), told


def _write(file: Picture, packets: Iterable[Any], ticks: int) -> str:
    told = ""
    for packet in packets:
        data = bytes(packet)
        if packet.is_keyframe:
            told = pictures.parameters(data).codec
        file.write(Sample(data, packet.is_keyframe), at=packet.pts or 0, duration=ticks)
    return told


def heard(folder: Path, samples: bytes) -> dict[str, Turn]:
    """Stereo of floats; its length is a multiple of the packets of both codecs."""
    opus, aac = folder / "opus", folder / "aac"
    return {
        "opus": _sounding(Sound(opus, each=_EACH), opus, samples, "libopus", _OPUS),
        "aac": _sounding(Aac(aac, each=_EACH), aac, samples, "aac", _AAC),
    }


def _sounding(file: GrowingFile, path: Path, samples: bytes, name: str, length: int) -> Turn:
    encoder = Encoder(name, start=0)
    ticks = len(samples) // BYTES
    packets = [*encoder.take(samples), *encoder.rest()]
    for number, packet in enumerate(packets[: ticks // length]):
        file.write(Sample(packet, True), at=number * length, duration=length)
    file.close()
    return Turn(path.read_bytes(), ticks)


def still(planes: Planes, size: tuple[int, int]) -> bytes:
    """One picture as JPEG."""
    made = av.CodecContext.create("mjpeg", "w")
    made.width, made.height, made.pix_fmt = *size, "yuvj420p"
    made.time_base = Fraction(1, 25)
    made.options = {"qmin": "3", "qmax": "3"}
    frame = _frame(planes, size).reformat(format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(one) for one in (*made.encode(frame), *made.encode(None)))


def _encoder(size: tuple[int, int], every: int) -> av.VideoCodecContext:
    made = av.CodecContext.create("libx264", "w")
    made.width, made.height, made.pix_fmt = *size, "yuv420p"
    made.time_base, made.framerate = Fraction(1, _SCALE), Fraction(25)
    made.gop_size = every
    made.thread_count = 1
    made.options = _OPTIONS
    return made


def _frame(planes: Planes, size: tuple[int, int]) -> av.VideoFrame:
    frame = av.VideoFrame(*size, "yuv420p")
    for plane, data in zip(frame.planes, planes, strict=True):
        plane.update(data)
    return frame
