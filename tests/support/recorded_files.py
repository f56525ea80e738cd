"""Files as the recorder writes them, with pictures and tones that a test knows, and their journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vtp.media.pack.stretch import Stretch
from vtp.media.recorder import journal
from vtp.media.recorder.boxes import Boxes, Fragment
from vtp.media.recorder.samples import WEB

_MOVFLAGS = "+frag_keyframe+empty_moov+default_base_moof+cmaf+frag_discont+skip_trailer"
_FRAGMENTED = {"movflags": _MOVFLAGS, "frag_duration": "200000", "flush_packets": "1"}
# Samples by which the encoder of Opus is early.
_LOOKS_AHEAD = 312
CAMERA, SCREEN, MIX = "camera-1", "screen-1", "mix-opus"


@dataclass
class Folder:
    """The folder of a recording."""

    path: Path
    lines: list[journal.AnyLine] = field(default_factory=list)
    _next: int = 1

    def picture(
        self,
        track: str = CAMERA,
        *,
        source: str = "camera",
        size: tuple[int, int] = (320, 180),
        start: float = 0.0,
        seconds: float = 4.0,
        fps: int = 10,
        every: float = 1.0,
        codec: str = "h264",
    ) -> int:
        """A moving test picture, with key frames at every so many seconds; its part."""
        name = f"{self._next:04d}.{'webm' if codec in WEB else 'mp4'}"
        path = self.path / name
        written = _written(path, size, start, seconds, fps=fps, every=every, codec=codec)
        told = codec if codec in WEB else "avc1.42c01f"
        mime = f"video/{codec.upper()}"
        return self._part(name, track, source, mime, told, 90_000, written, size)

    def sound(
        self,
        track: str = MIX,
        *,
        source: str = "mix",
        start: float = 0.0,
        seconds: float = 4.0,
        loud: Callable[[float], bool] = lambda _: True,
    ) -> int:
        """A tone while it is loud, else silence."""
        name = f"{self._next:04d}.mp4"
        written = _spoken(self.path / name, start, seconds, loud)
        return self._part(name, track, source, "audio/opus", "opus", 48_000, written, (0, 0))

    def _part(
        self,
        name: str,
        track: str,
        source: str,
        mime: str,
        codec: str,
        scale: int,
        fragments: Sequence[Fragment],
        size: tuple[int, int],
    ) -> int:
        number, self._next = self._next, self._next + 1
        began = journal.PartBegan(
            part=number,
            file=name,
            track=track,
            participant="018f3f4e-7c1a-7000-8000-000000000001",
            source=source,
            mime=mime,
            codec=codec,
            timescale=scale,
            width=size[0],
            height=size[1],
        )
        self.lines.append(began)
        for one in fragments:
            self.lines.append(
                journal.Grown(
                    part=number,
                    offset=one.offset,
                    size=one.size,
                    time=one.time,
                    duration=one.duration,
                    samples=one.samples,
                    key=one.key,
                )
            )
        self.lines.append(journal.PartEnded(part=number, size=(self.path / name).stat().st_size))
        return number

    def end(self, at: float) -> None:
        began = journal.Began(recording="r", wall=1_700_000_000.0)
        lines = [began, *self.lines, journal.Ended(at=at)]
        (self.path / journal.NAME).write_bytes(b"".join(map(journal.written, lines)))


def stretches(folder: Folder, part: int, *, file: str = "") -> tuple[Stretch, ...]:
    """One for each key frame."""
    story = journal.read(b"".join(map(journal.written, folder.lines)))
    found: list[list[journal.Grown]] = []
    told = story.parts[part]
    for one in told.fragments:
        if one.key or not found:
            found.append([])
        found[-1].append(one)
    scale = told.began.timescale
    return tuple(
        Stretch(
            file=file or str(part),
            header=told.header,
            first=each[0].offset,
            end=each[-1].offset + each[-1].size,
            start=each[0].time / scale,
            until=(each[-1].time + each[-1].duration) / scale,
        )
        for each in found
    )


def _frames(size: tuple[int, int], fps: int, seconds: float) -> Iterator[VideoFrame]:
    graph = Graph()
    source = graph.add("testsrc2", f"size={size[0]}x{size[1]}:rate={fps}:duration={seconds}")
    graph.link_nodes(source, graph.add("format", "yuv420p"), graph.add("buffersink")).configure()
    for _ in range(round(fps * seconds)):
        frame = graph.pull()
        assert isinstance(frame, VideoFrame)
        yield frame


_FAST = {
    "h264": ("libx264", {"preset": "ultrafast", "bf": "0", "sc_threshold": "0"}),
    "vp8": ("libvpx", {"deadline": "realtime", "cpu-used": "8"}),
    "vp9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}),
    "av1": ("libsvtav1", {"preset": "12", "svtav1-params": "lp=1"}),
}


def _written(
    path: Path,
    size: tuple[int, int],
    start: float,
    seconds: float,
    *,
    fps: int,
    every: float,
    codec: str,
) -> list[Fragment]:
    web = codec in WEB
    options = {"cluster_time_limit": "1000", "flush_packets": "1"} if web else _FRAGMENTED
    library, fast = _FAST[codec]
    with av.open(str(path), "w", format="webm" if web else "mp4", options=options) as out:
        stream = out.add_stream(library, rate=fps)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 90_000)
        keys = {"g": str(round(every * fps))}
        stream.codec_context.options = {**keys, **fast}
        for number, frame in enumerate(_frames(size, fps, seconds)):
            frame.pts = round((start + number / fps) * 90_000)
            frame.time_base, frame.pict_type = Fraction(1, 90_000), 0
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return _whole(path, start, seconds) if web else Boxes().feed(path.read_bytes())


def _whole(path: Path, start: float, seconds: float) -> list[Fragment]:
    """Of WebM one fragment is all of it."""
    at = path.read_bytes().index(b"\x1f\x43\xb6\x75")
    size = path.stat().st_size - at
    return [Fragment(at, size, round(start * 90_000), round(seconds * 90_000), 1, key=True)]


def _spoken(
    path: Path, start: float, seconds: float, loud: Callable[[float], bool]
) -> list[Fragment]:
    high = b"\x40\x1f" * 24 + b"\xc0\xe0" * 24  # 1 kHz
    with av.open(str(path), "w", format="mp4", options=_FRAGMENTED) as out:
        stream = out.add_stream("libopus", rate=48_000)
        stream.layout = "mono"
        for number in range(round(seconds * 50)):
            frame = AudioFrame("s16", "mono", 960)
            data = high * 20 if loud(number / 50) else bytes(1_920)
            frame.planes[0].update(data.ljust(frame.planes[0].buffer_size, b"\0"))
            frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
            frame.pts = round(start * 48_000) + number * 960 + _LOOKS_AHEAD
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return Boxes().feed(path.read_bytes())
