"""Makes the sound of a film into AAC in fragmented MP4, in step with its pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fractions import Fraction

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NothingMore
from av.filter import Graph

from vtp.media.pack.foreign import SOUND_RATE, Sound, Sounded
from vtp.media.pack.inside.encoding import Disk
from vtp.media.pack.inside.probing import OPTIONS
from vtp.media.pack.inside.reading import CONTEXTS, decoded, started
from vtp.media.pack.probe import Damaged, NotMedia
from vtp.media.pack.roomy import show

__all__ = ["CONTEXTS", "sound"]

_BASE = Fraction(1, SOUND_RATE)
_BITS = 128_000
_MOVFLAGS = "+empty_moov+default_base_moof+cmaf+frag_discont+skip_trailer"
# µs; as long as segments of pictures are.
_FRAGMENT = "4000000"


def sound(spec: Sound, files: Mapping[str, int]) -> Sounded:
    descriptor = files["input"]
    os.lseek(descriptor, 0, os.SEEK_SET)
    disk = Disk(files["to"])
    with open(descriptor, "rb", buffering=0, closefd=False) as file:
        try:
            with av.open(file, "r", options=OPTIONS, metadata_errors="replace") as container:
                _encode(container, disk, spec, files)
        except MemoryError:
            raise
        except av.error.FFmpegError:
            raise NotMedia from None
    if not disk.fragments:
        raise Damaged
    return Sounded(
        header=disk.boxes.header,
        segments=tuple(
            (one.offset, one.size, one.time / SOUND_RATE, one.duration / SOUND_RATE, one.samples)
            for one in disk.fragments
        ),
    )


def _encode(container: InputContainer, disk: Disk, spec: Sound, files: Mapping[str, int]) -> None:
    muxing = {"movflags": _MOVFLAGS, "frag_duration": _FRAGMENT, "flush_packets": "1"}
    with av.open(disk, "w", format="mp4", options=muxing) as out:
        stream = out.add_stream("aac", rate=SOUND_RATE)
        if not isinstance(stream, AudioStream):
            raise TypeError("an encoder of sound makes something else")
        stream.layout, stream.bit_rate = "stereo", _BITS
        for frame in _even(container):
            if frame.time is not None:
                show(files, min(1.0, frame.time / (spec.seconds or 1.0)))
            _mux(out, stream, frame)
        _mux(out, stream, None)


def _mux(out: OutputContainer, stream: AudioStream, frame: AudioFrame | None) -> None:
    """Without what an encoder sends ahead of the first sample: players would be late by that."""
    for packet in stream.encode(frame):
        if packet.pts is not None and packet.pts >= 0:
            out.mux(packet)


def _even(container: InputContainer) -> Iterator[AudioFrame]:
    """At our rate, without a hole, from 0 on."""
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    origin = started(container)
    graph: Graph | None = None
    given: tuple[str, str, int] | None = None
    for frame in decoded(container, stream):
        if not isinstance(frame, AudioFrame) or frame.pts is None or frame.time_base is None:
            continue
        kind = frame.format.name, frame.layout.name, frame.sample_rate
        if graph is None:
            graph, given = _graph(frame), kind
        if kind != given:
            continue  # a sound that changes its shape in the middle is broken
        frame.pts -= round(origin / frame.time_base)
        graph.push(frame)
        yield from _pulled(graph)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph)


def _graph(frame: AudioFrame) -> Graph:
    graph = Graph()
    graph.threads = 1
    nodes = [
        graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format,
            layout=frame.layout,
            time_base=frame.time_base,
        ),
        graph.add("aresample", f"{SOUND_RATE}:async=1000:first_pts=0"),
        graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo"),
        graph.add("asetnsamples", "n=1024:p=0"),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    return graph


def _pulled(graph: Graph) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (NothingYet, NothingMore):
            return
        if isinstance(frame, AudioFrame):
            yield frame
