"""Reads the packets of a film, and decodes none of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from vtp.media.pack.foreign import Measure, Measured
from vtp.media.pack.inside.probing import OPTIONS
from vtp.media.pack.inside.reading import CONTEXTS, started
from vtp.media.pack.probe import Damaged, NotMedia
from vtp.media.pack.roomy import show

__all__ = ["CONTEXTS", "measure"]


def measure(spec: Measure, files: Mapping[str, int]) -> Measured:
    descriptor = files["input"]
    size = os.fstat(descriptor).st_size or 1
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", buffering=0, closefd=False) as file:
        try:
            with av.open(file, "r", options=OPTIONS, metadata_errors="replace") as container:
                return _read(container, spec, files, size)
        except MemoryError:
            raise
        except av.error.FFmpegError:
            raise NotMedia from None


def _read(
    container: InputContainer, spec: Measure, files: Mapping[str, int], size: int
) -> Measured:
    picture = main_picture(container)
    heard = next(iter(container.streams.audio), None)
    origin, seconds, cuts = started(container), 0.0, [0.0]
    wanted: list[Stream] = [one for one in (picture, heard) if one is not None]
    for packet in _packets(container, wanted):
        if packet.pts is None or packet.time_base is None:
            continue
        at = float(packet.pts * packet.time_base) - origin
        if at > spec.most:
            break
        lasts = float((packet.duration or 0) * packet.time_base)
        seconds = max(seconds, at + lasts)
        if packet.stream is picture and packet.is_keyframe and at >= cuts[-1] + spec.every:
            cuts.append(at)
        show(files, min(1.0, (packet.pos or 0) / size))
    if seconds <= 0:
        raise Damaged
    # The last piece is never a crumb.
    kept = [at for at in cuts if at == 0 or seconds - at > 1.0]
    return Measured(seconds=seconds, cuts=tuple(kept), sound=heard is not None)


def main_picture(container: InputContainer) -> VideoStream | None:
    """Not the cover of an album."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def _packets(container: InputContainer, wanted: list[Stream]) -> Iterator[Packet[Stream]]:
    """Up to where it is damaged."""
    packets = container.demux(wanted)
    while True:
        try:
            packet = next(packets, None)
        except MemoryError:
            raise
        except av.error.FFmpegError:
            return
        if packet is None:
            return
        yield packet
