"""Files that grow: fragmented MP4 for H.264 and Opus, else WebM. Written bytes never change.

PyAV muxes; each write goes to the disk at once, so that a killed recorder leaves what it wrote.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.error import PyAVCallbackError

from vtp.media.recorder.boxes import Boxes, Fragment
from vtp.media.recorder.samples import Sample

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.stream import Stream

_VIDEO_SCALE, _SOUND_SCALE = 90_000, 48_000
# frag_discont keeps the times that are given, also at the start; a trailer would say nothing that
# the journal does not.
_MOVFLAGS = "+empty_moov+default_base_moof+cmaf+frag_discont+skip_trailer"
_CLUSTER = 1_000  # ms


class _Disk:
    """What PyAV writes to: as much of a file as it needs."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        self.size = 0
        self.failure: OSError | None = None
        self.boxes: Boxes | None = None
        self.fragments: list[Fragment] = []

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            self.failure = error
            raise
        self.size += len(data)
        if self.boxes is not None:
            self.fragments += self.boxes.feed(bytes(data))
        return len(data)

    def say(self) -> None:
        """PyAV tells what the disk said in words of its own: say it as it was."""
        if self.failure is not None:
            raise self.failure from None

    def sync(self) -> None:
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


class GrowingFile(ABC):
    timescale: int

    def __init__(self, path: Path, *, format: str, options: dict[str, str]) -> None:
        self._disk = _Disk(path)
        # What PyAV calls of a file is `write` alone, as the format cannot seek.
        self._out: OutputContainer = av.open(self._disk, "w", format=format, options=options)
        self._base = Fraction(1, self.timescale)
        self._stream: Stream | None = None

    @property
    def size(self) -> int:
        return self._disk.size

    @abstractmethod
    def write(self, sample: Sample, *, at: int, duration: int) -> list[Fragment]:
        """What is in the file now and was not before."""

    def _mux(self, sample: Sample, *, at: int, duration: int) -> None:
        if self._stream is None:
            self._stream = self._out.streams[0]
        packet = av.Packet(sample.data)
        packet.stream = self._stream
        packet.pts = packet.dts = at
        packet.time_base = self._base
        packet.duration = duration
        packet.is_keyframe = sample.key
        try:
            self._out.mux_one(packet)
        except PyAVCallbackError:
            self._disk.say()
            raise

    def sync(self) -> None:
        self._disk.sync()

    def close(self) -> list[Fragment]:
        """The rest."""
        try:
            try:
                self._out.close()
            except PyAVCallbackError:
                self._disk.say()
                raise
            self._disk.sync()
        finally:
            self._disk.close()
        return self._new()

    @abstractmethod
    def _new(self) -> list[Fragment]: ...


class _Fragmented(GrowingFile):
    def __init__(self, path: Path, *, each: float, extra: str = "") -> None:
        options = {
            "movflags": _MOVFLAGS + extra,
            "frag_duration": str(int(each * 1_000_000)),
            "flush_packets": "1",
        }
        super().__init__(path, format="mp4", options=options)
        self._disk.boxes = Boxes()

    def write(self, sample: Sample, *, at: int, duration: int) -> list[Fragment]:
        self._mux(sample, at=at, duration=duration)
        return self._new()

    def _new(self) -> list[Fragment]:
        found, self._disk.fragments = self._disk.fragments, []
        return found


class Picture(_Fragmented):
    """H.264, with its parameter sets in band, in fragments that also end before key frames."""

    timescale = _VIDEO_SCALE

    def __init__(self, path: Path, size: tuple[int, int], *, each: float) -> None:
        super().__init__(path, each=each, extra="+frag_keyframe")
        width, height = size
        self._out.add_mux_stream(
            "h264", width=width, height=height, time_base=Fraction(1, _VIDEO_SCALE)
        )


class Sound(_Fragmented):
    """Opus."""

    timescale = _SOUND_SCALE

    def __init__(self, path: Path, *, each: float) -> None:
        super().__init__(path, each=each)
        # A mux stream has no head of Opus; the encoder that makes it encodes nothing.
        self._out.add_stream("libopus", rate=_SOUND_SCALE)


class Aac(_Fragmented):
    """The mix for those who cannot play Opus."""

    timescale = _SOUND_SCALE

    def __init__(self, path: Path, *, each: float) -> None:
        super().__init__(path, each=each)
        self._out.add_stream("aac", rate=_SOUND_SCALE, layout="stereo")


class WebPicture(GrowingFile):
    """WebM, which no player streams: it is made into H.264 later. A cluster a second."""

    timescale = _VIDEO_SCALE

    def __init__(self, path: Path, codec: str, size: tuple[int, int]) -> None:
        options = {"cluster_time_limit": str(_CLUSTER), "flush_packets": "1"}
        super().__init__(path, format="webm", options=options)
        width, height = size
        self._out.add_mux_stream(
            codec, width=width, height=height, time_base=Fraction(1, _VIDEO_SCALE)
        )
        self._told = 0
        self._samples: list[tuple[int, int, bool]] = []  # time, duration, key

    def write(self, sample: Sample, *, at: int, duration: int) -> list[Fragment]:
        before = self._disk.size
        self._mux(sample, at=at, duration=duration)
        # Once the muxer writes, all but the newest picture is in the file.
        found = self._new() if self._disk.size > before and self._samples else []
        self._samples.append((at, duration, sample.key))
        return found

    def _new(self) -> list[Fragment]:
        if not self._samples:
            return []
        start, _, key = self._samples[0]
        last, duration, _ = self._samples[-1]
        found = Fragment(
            self._told,
            self._disk.size - self._told,
            start,
            last + duration - start,
            len(self._samples),
            key,
        )
        self._told, self._samples = self._disk.size, []
        return [found]
