"""Encodes pictures into a fragmented MP4, a fragment for each key frame that was asked for."""

from __future__ import annotations

import errno
import os
from fractions import Fraction

import av
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from vtp.media.pack.codecs import named
from vtp.media.pack.ladder import TIMESCALE, NoSpace, Rung, Step
from vtp.media.recorder.boxes import Boxes, Fragment

_BASE = Fraction(1, TIMESCALE)
# As the recorder writes: the times that are given are kept, also at the start.
_MOVFLAGS = "+frag_keyframe+empty_moov+default_base_moof+cmaf+frag_discont+skip_trailer"
_LIBRARIES = {"h264": "libx264", "h265": "libx265", "vp9": "libvpx-vp9", "av1": "libsvtav1"}
# Key frames stand where they are asked for and nowhere else; so do no pictures look ahead.
_X264 = "keyint=infinite:scenecut=0:bframes=0:open-gop=0"
_X265 = "keyint=-1:scenecut=0:bframes=0:open-gop=0:log-level=none"


def _options(step: Step, threads: int) -> dict[str, str]:
    rate = {"maxrate": str(step.most_bits), "bufsize": str(step.most_bits * 2)}
    quality = {"crf": str(step.quality), "threads": str(threads)}
    if step.codec == "h264":
        preset = {"preset": step.preset or "veryfast", "forced-idr": "1"}
        return {**quality, **rate, **preset, "x264-params": _X264}
    if step.codec == "h265":
        preset = {"preset": step.preset or "veryfast", "forced-idr": "1"}
        pools = f"{_X265}:pools={threads}:frame-threads=1"
        return {**quality, **rate, **preset, "x265-params": pools}
    if step.codec == "vp9":
        given = {"b": str(step.most_bits), "cpu-used": step.preset or "6", "g": "99999"}
        still = {"lag-in-frames": "0", "auto-alt-ref": "0", "row-mt": "1"}
        return {**quality, **given, **still, "deadline": "realtime"}
    ahead = f"pred-struct=1:lp={threads}:keyint=-1:enable-force-key-frames=1"
    return {"crf": str(step.quality), "preset": step.preset or "10", "svtav1-params": ahead}


class Disk:
    """What PyAV writes to."""

    def __init__(self, descriptor: int) -> None:
        self._fd = descriptor
        self.boxes = Boxes()
        self.head = bytearray()
        self.fragments: list[Fragment] = []

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._fd, view) :]
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise NoSpace from error
                raise
        if not self.boxes.header:
            self.head += data
        self.fragments += self.boxes.feed(bytes(data))
        return len(data)


class Encoder:
    def __init__(self, step: Step, descriptor: int, *, threads: int) -> None:
        self._step = step
        self._disk = Disk(descriptor)
        self._out = av.open(self._disk, "w", format="mp4", options=_muxing())
        stream = self._out.add_stream(_LIBRARIES[step.codec], rate=30)
        if not isinstance(stream, VideoStream):
            raise TypeError("an encoder of pictures makes something else")
        stream.width, stream.height, stream.pix_fmt = step.width, step.height, "yuv420p"
        stream.codec_context.time_base = stream.time_base = _BASE
        stream.codec_context.options = _options(step, threads)
        if step.codec == "h265":
            stream.codec_context.codec_tag = "hvc1"
        self._stream = stream
        self._waits: Packet[VideoStream] | None = None
        self._first = True

    def add(self, frame: VideoFrame, *, at: float, key: bool) -> None:
        frame.pts, frame.time_base = round(at * TIMESCALE), _BASE
        forced = key or self._first
        frame.pict_type = PictureType.I if forced else PictureType.NONE
        self._first = False
        for packet in self._stream.encode(frame):
            self._mux(packet)

    def _mux(self, packet: Packet[VideoStream]) -> None:
        """Each lasts until the next one, which has to be there first."""
        before, self._waits = self._waits, packet
        if before is not None and before.dts is not None and packet.dts is not None:
            before.duration = packet.dts - before.dts
            self._out.mux(before)

    def close(self, *, until: float) -> Rung:
        if not self._first:
            for packet in self._stream.encode(None):
                self._mux(packet)
        if (last := self._waits) is not None and last.pts is not None:
            last.duration = max(round(until * TIMESCALE) - last.pts, 1)
            self._out.mux(last)
        self._out.close()
        found = self._disk.fragments
        header = self._disk.boxes.header
        return Rung(
            name=self._step.name,
            codec=named(bytes(self._disk.head[:header])),
            header=header,
            segments=tuple(
                (
                    one.offset,
                    one.size,
                    one.time / TIMESCALE,
                    one.duration / TIMESCALE,
                    one.samples,
                )
                for one in found
            ),
        )


def _muxing() -> dict[str, str]:
    return {
        "movflags": _MOVFLAGS,
        "video_track_timescale": str(TIMESCALE),
        "flush_packets": "1",
    }
