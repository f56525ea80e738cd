"""Reads stretches of files that were recorded: their pictures, and when each is to be seen."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import av
import av.error
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.codeccontext import SubtitleCodecContext
from av.subtitles.stream import SubtitleStream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vtp.media.pack.inside.probing import OPTIONS
from vtp.media.pack.inside.upright import Upright
from vtp.media.pack.stretch import Run, Stretch, runs

_OPTIONS = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
    "codec_whitelist": "h264,vp8,vp9,libdav1d,opus,libopus,aac",
    "protocol_whitelist": "pipe",
}
# PyAV imports those when it first needs them, which here would be too late.
CONTEXTS = (VideoCodecContext, AudioCodecContext, SubtitleCodecContext, SubtitleStream)
# s; so much earlier it is sought in files whose index may be wrong, or that have none.
_BACK = 5.0
# What a frame may be early or late of its place.
_SLACK = 0.002


class Window(io.RawIOBase):
    """The head of a file and some bytes from its middle, as if it were a file."""

    def __init__(self, descriptor: int, *, header: int, first: int, end: int) -> None:
        super().__init__()
        self._fd, self._header, self._skip = descriptor, header, max(first - header, 0)
        self._size = end - self._skip
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        left = self._size - self._at
        wanted = left if size < 0 else min(size, left)
        if wanted <= 0:
            return b""
        if self._at < self._header:
            data = os.pread(self._fd, min(wanted, self._header - self._at), self._at)
        else:
            data = os.pread(self._fd, wanted, self._at + self._skip)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture from then on; None is black. `cut` where a stretch begins."""

    at: float
    frame: VideoFrame | None
    cut: bool
    file: str = ""


def opened(files: Mapping[str, int], run: Run) -> InputContainer:
    window = Window(files[run.file], header=run.header, first=run.first, end=run.end)
    options = OPTIONS if run.foreign else _OPTIONS
    return av.open(window, "r", options=options, metadata_errors="replace")


def pictures(
    stretches: Sequence[Stretch],
    files: Mapping[str, int],
    *,
    most_pixels: int,
    threads: int = 1,
    keys_only: bool = False,
) -> Iterator[Seen]:
    """All of them, in order; where a stretch shows nothing, one that is black."""
    last = -1.0
    for run in runs(stretches):
        shown = False
        cuts = list(run.cuts)
        for at, frame in _frames(run, files, most_pixels, threads, keys_only=keys_only):
            if at <= last:
                continue
            cut = bool(cuts) and at >= cuts[0] - _SLACK
            while cuts and at >= cuts[0] - _SLACK:
                cuts.pop(0)
            if not shown and at > run.start + 0.5:
                yield Seen(max(run.start, last + _SLACK), None, cut=True)
            shown, last = True, at
            yield Seen(at, frame, cut, run.file)
        if not shown and run.until - max(run.start, last) > _SLACK:
            last = max(run.start, last + _SLACK)
            yield Seen(last, None, cut=True)


def _frames(
    run: Run, files: Mapping[str, int], most_pixels: int, threads: int, *, keys_only: bool
) -> Iterator[tuple[float, VideoFrame]]:
    if not run.file:
        return
    try:
        container = opened(files, run)
    except av.error.FFmpegError:
        return
    with container:
        stream = next(iter(container.streams.video), None)
        if stream is None or stream.codec_context is None:
            return
        stream.codec_context.thread_count = threads
        stream.codec_context.thread_type = "AUTO"
        if keys_only:
            stream.codec_context.skip_frame = "NONKEY"
        origin, upright = _sought(container, run), Upright()
        for frame in decoded(container, stream):
            if frame.time is None or not isinstance(frame, VideoFrame):
                continue
            if frame.width * frame.height > most_pixels:
                continue
            at = frame.time - origin
            if run.start - _SLACK <= at < run.until - _SLACK:
                yield max(at, run.start), upright.turned(frame) if run.foreign else frame
            elif run.foreign and at > run.until + _BACK:
                return


def _sought(container: InputContainer, run: Run) -> float:
    """When its time begins; what stands before the run is passed over."""
    if not run.foreign:
        return 0.0
    origin = started(container)
    if run.start > _BACK:
        with suppress(av.error.FFmpegError):
            container.seek(int((run.start - _BACK + origin) * av.time_base))
    return origin


def started(container: InputContainer) -> float:
    """s; transport streams begin anywhere."""
    return (container.start_time or 0) / av.time_base


def decoded(
    container: InputContainer, stream: VideoStream | AudioStream
) -> Iterator[VideoFrame | AudioFrame]:
    """What is damaged is left out."""
    packets = container.demux(stream)
    while True:
        try:
            packet: Packet[Stream] | None = next(packets, None)
            if packet is None:
                return
            yield from stream.decode(packet)
        except av.error.EOFError:
            return
        except MemoryError:
            raise
        except av.error.FFmpegError:
            continue


def sounds(run: Run, files: Mapping[str, int]) -> Iterator[AudioFrame]:
    try:
        container = opened(files, run)
    except av.error.FFmpegError:
        return
    with container:
        stream = next(iter(container.streams.audio), None)
        if stream is None or stream.codec_context is None:
            return
        for frame in decoded(container, stream):
            if isinstance(frame, AudioFrame) and frame.time is not None:
                yield frame
