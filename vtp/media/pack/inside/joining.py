"""Lays a picture and a sound into one file, without touching either."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import av.error
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from vtp.media.pack.inside.reading import CONTEXTS, opened
from vtp.media.pack.inside.target import target
from vtp.media.pack.ladder import NothingToSee
from vtp.media.pack.roomy import show
from vtp.media.pack.stretch import Run, runs
from vtp.media.pack.takeaway import Join, Joined

__all__ = ["CONTEXTS", "join"]


def join(spec: Join, files: Mapping[str, int]) -> Joined:
    with ExitStack() as stack:
        picture = stack.enter_context(_opened(spec, files))
        seen = next(iter(picture.streams.video), None)
        if seen is None:
            raise NothingToSee
        lanes = [_Lane(picture, seen)]
        if spec.sound:
            voice = stack.enter_context(_sound(files))
            lanes += [_Lane(voice, one) for one in voice.streams.audio[:1]]
        out = stack.enter_context(target(files["to"]))
        out.metadata["title"] = spec.title
        _copy(lanes, out, spec, files)
        return Joined(width=seen.codec_context.width, height=seen.codec_context.height)


def _opened(spec: Join, files: Mapping[str, int]) -> InputContainer:
    """Of one file; what lies between its stretches is not shown."""
    each = runs(spec.picture)
    if not each or len({one.file for one in each}) != 1:
        raise NothingToSee
    first, last = each[0], each[-1]
    run = Run(first.file, first.header, first.first, last.end, first.start, last.until, ())
    try:
        return opened(files, run)
    except av.error.FFmpegError:
        raise NothingToSee from None


def _sound(files: Mapping[str, int]) -> InputContainer:
    size = os.fstat(files["sound"]).st_size
    return opened(files, Run("sound", 0, 0, size, 0.0, 0.0, ()))


class _Lane:
    """Packets of one stream, the next of which is known."""

    def __init__(self, container: InputContainer, stream: Stream) -> None:
        self.stream = stream
        self._packets = container.demux(stream)
        self.next = self._read()

    def _read(self) -> Packet[Stream] | None:
        try:
            found = next(self._packets, None)
        except av.error.FFmpegError:
            return None
        return None if found is None or found.dts is None else found

    @property
    def at(self) -> float:
        if self.next is None or self.next.dts is None or self.next.time_base is None:
            return float("inf")
        return float(self.next.dts * self.next.time_base)

    def take(self) -> Iterator[Packet[Stream]]:
        if self.next is not None:
            yield self.next
            self.next = self._read()


def _copy(lanes: list[_Lane], out: OutputContainer, spec: Join, files: Mapping[str, int]) -> None:
    targets = [out.add_stream_from_template(one.stream) for one in lanes]
    while True:
        number = min(range(len(lanes)), key=lambda n: lanes[n].at)
        at = lanes[number].at
        if at == float("inf"):
            return
        for packet in lanes[number].take():
            packet.stream = targets[number]
            out.mux(packet)
        show(files, max(0.0, min(1.0, at / (spec.seconds or 1.0))))
