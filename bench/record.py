"""What does it cost to record a participant, beside aiortc's MediaRecorder, and how many fit a core?

Each sends a camera of 1280x720 at 30 pictures and 1.5 Mbit/s in H.264, and a microphone in Opus; two
speak at a time. The recorder is the real process, fed over its socket at the pace of a class; its
mixer is counted beside it. The peer records one participant in the same run from packets that it
decodes, as it must. Aim: at most a hundredth of its CPU.

    python -m bench.record [--participants 30] [--seconds 20] [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, cast

import av
from aiortc.contrib.media import MediaRecorder
from aiortc.mediastreams import MediaStreamTrack
from av.filter import Graph
from av.video.frame import PictureType

from tests.support import lesson
from vtp.media.capture import place, wire
from vtp.media.recorder import journal
from vtp.media.recorder.pieces import Frame, Piece
from vtp.media.recorder.samples import h264

_WIDTH, _HEIGHT, _FPS, _RATE = 1280, 720, 30, 48_000
_ROUND = 4  # s; then it is sent once more
_WARM = 3.0  # s, until the mixer is there
_TICK = 1 / 50
_CLOCK = os.sysconf("SC_CLK_TCK")
# Who feeds stays off the core that is asked about, where there is another.
_ALL = os.sched_getaffinity(0)
_OTHERS = _ALL - {0} or _ALL


@cache
def pictures() -> list[list[bytes]]:
    """Payloads by picture: a scene that moves, with grain, a key frame every two seconds."""
    graph = Graph()
    source = graph.add("testsrc2", f"size={_WIDTH}x{_HEIGHT}:rate={_FPS}")
    grain, shaped = graph.add("noise", "alls=8:allf=t"), graph.add("format", "yuv420p")
    sink = graph.add("buffersink")
    source.link_to(grain)
    grain.link_to(shaped)
    shaped.link_to(sink)
    graph.configure()
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, _FPS), Fraction(_FPS)
    encoder.bit_rate = 1_500_000
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "maxrate": "1500k",
        "bufsize": "750k",
        "x264-params": f"annexb=1:repeat-headers=1:keyint={2 * _FPS}:scenecut=0:slices=1",
    }
    found: list[bytes] = []
    for number in range(_ROUND * _FPS):
        frame = cast("av.VideoFrame", sink.pull())
        frame.time_base, frame.pict_type = Fraction(1, _FPS), PictureType.NONE
        frame.pts = number
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return [
        [one.data for one in lesson.h264(data, 0.0, key=number % (2 * _FPS) == 0)]
        for number, data in enumerate(found)
    ]


@dataclass
class Sent:
    """A leg's packets, the same for everybody."""

    ext: int = 0

    def of(self, payloads: Sequence[bytes], ts: int, *, key: bool, level: int) -> bytes:
        now, last = time.monotonic(), len(payloads) - 1
        packed = [
            (self.ext + n, ts & 0xFFFF_FFFF, now, n == last, key and n == 0, data, level)
            for n, data in enumerate(payloads)
        ]
        self.ext += len(payloads)
        return wire.packets(0, packed)


def to(leg: int, frame: bytes) -> bytes:
    """The same frame for another leg."""
    return frame[:5] + leg.to_bytes(4) + frame[9:]


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [
        int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()
    ]


@dataclass
class Cost:
    participants: int
    seconds: float
    recorder: float  # CPU seconds
    mixer: float
    kept: float  # of the pictures that were sent, a share
    late: float  # s, from the stop until all files are closed

    @property
    def each(self) -> float:
        """CPU seconds for a participant and minute."""
        return (self.recorder + self.mixer) / self.participants / self.seconds * 60


class Feed:
    def __init__(self, writer: asyncio.StreamWriter, participants: int, recording: str) -> None:
        self._writer = writer
        self._people = participants
        self._recording = recording
        self._pictures, self._sounds = pictures(), [one.data for one in lesson.sounds(_ROUND)]
        self.pictures = 0

    def open(self) -> None:
        now = time.monotonic()
        begin = wire.Begin(recording=self._recording, began=now, began_wall=time.time())
        self._writer.write(wire.message(begin))
        for leg in range(2 * self._people):
            picture = leg < self._people
            opened = wire.Open(
                leg=leg,
                recording=self._recording,
                track=f"t{leg}",
                participant=f"p{leg % self._people}",
                source="camera" if picture else "microphone",
                mime="video/h264" if picture else "audio/opus",
                clock_rate=90_000 if picture else _RATE,
                live=picture and leg < 2,
            )
            self._writer.write(wire.message(opened))

    async def teach(self, seconds: float) -> None:
        began, tick, sound, picture = time.monotonic(), 0, Sent(), Sent()
        while tick * _TICK < seconds:
            await asyncio.sleep(max(0.0, began + tick * _TICK - time.monotonic()))
            data = self._sounds[tick % len(self._sounds)]
            loud = sound.of([data], tick * 960, key=True, level=20)
            sound.ext -= 1
            quiet = sound.of([data], tick * 960, key=True, level=100)
            for n in range(self._people):
                self._writer.write(to(self._people + n, loud if n < 2 else quiet))
            while self.pictures / _FPS <= tick * _TICK:
                self._picture(picture)
            await self._writer.drain()
            tick += 1

    def _picture(self, sent: Sent) -> None:
        number, self.pictures = self.pictures, self.pictures + 1
        payloads = self._pictures[number % len(self._pictures)]
        frame = sent.of(payloads, number * 3000, key=number % (2 * _FPS) == 0, level=-1)
        for n in range(self._people):
            self._writer.write(to(n, frame))

    def finish(self) -> None:
        at = time.monotonic()
        self._writer.write(wire.message(wire.Finish(recording=self._recording, at=at)))


async def ours(participants: int, seconds: float, *, core: bool = False) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        root, recording = Path(folder), str(uuid.uuid4())
        env = {**os.environ, "VTP_RECORDINGS": folder, "VTP_RECORDER__RESERVE": "1"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "vtp", "record", env=env
        )
        try:
            if core:
                os.sched_setaffinity(process.pid, {0})
                os.sched_setaffinity(0, _OTHERS)
            reader, writer = await _connected(root)
            feed = Feed(writer, participants, recording)
            told = asyncio.ensure_future(_until_finished(reader))
            feed.open()
            teaching = asyncio.ensure_future(feed.teach(_WARM + seconds))
            await asyncio.sleep(_WARM)
            before, mixer = cpu(process.pid), [*children(process.pid)]
            mixed = sum(map(cpu, mixer))
            await teaching
            used, mixing = cpu(process.pid) - before, sum(map(cpu, mixer)) - mixed
            feed.finish()
            ended = time.monotonic()
            await asyncio.wait_for(told, 120)
            late = time.monotonic() - ended
            story = journal.read((root / recording / journal.NAME).read_bytes())
            kept = sum(f.samples for p in story.parts.values() if p.began.source == "camera"
                       for f in p.fragments)  # fmt: skip
            writer.close()
            share = kept / participants / feed.pictures
            return Cost(participants, seconds, used, mixing, share, late)
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
            os.sched_setaffinity(0, _ALL)


async def _connected(root: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(600):
        with suppress(OSError):
            return await asyncio.open_unix_connection(sock=place.connected(root))
        await asyncio.sleep(0.05)
    raise TimeoutError


async def _until_finished(reader: asyncio.StreamReader) -> None:
    frames = wire.Reader()
    while data := await reader.read(65_536):
        for kind, body in frames.feed(data):
            if isinstance(wire.from_recorder(kind, body), wire.Finished | wire.Failed):
                return


def _picture_decoder() -> av.VideoCodecContext:
    return av.CodecContext.create("h264", "r")


def _sound_decoder() -> av.AudioCodecContext:
    made = av.CodecContext.create("libopus", "r")
    made.layout, made.sample_rate = "stereo", _RATE
    return made


class Decoded(MediaStreamTrack):
    """What aiortc's receiver gives: frames, at their pace."""

    def __init__(self, kind: str, packets: list[bytes], each: float) -> None:
        super().__init__()
        self.kind = kind
        self._packets = packets
        self._each = each
        self._decoder: Any = _sound_decoder() if kind == "audio" else _picture_decoder()
        self.number = 0
        self._began = time.monotonic()

    async def recv(self) -> Any:
        while True:
            number, self.number = self.number, self.number + 1
            wait = self._began + number * self._each - time.monotonic()
            await asyncio.sleep(max(0.0, wait))
            for frame in self._decoder.decode(
                av.Packet(self._packets[number % len(self._packets)])
            ):
                rate = 90_000 if self.kind == "video" else _RATE
                frame.pts, frame.time_base = round(number * self._each * rate), Fraction(1, rate)
                return frame


async def theirs(seconds: float) -> float:
    """CPU seconds for a participant and minute."""
    whole = [_annexb(one) for one in pictures()]
    with tempfile.TemporaryDirectory() as folder:
        recorder = MediaRecorder(f"{folder}/peer.mp4")
        camera = Decoded("video", whole, 1 / _FPS)
        recorder.addTrack(camera)
        recorder.addTrack(Decoded("audio", [one.data for one in lesson.sounds(_ROUND)], _TICK))
        before = time.process_time()
        await recorder.start()
        await asyncio.sleep(seconds)
        used = time.process_time() - before
        # Where it does not keep up, less is recorded than time has passed.
        recorded = camera.number / _FPS
        await recorder.stop()
    return used / recorded * 60


def _annexb(payloads: list[bytes]) -> bytes:
    found = h264(Frame(0, 0.0, True, tuple(Piece(0, 0, 0.0, True, True, one) for one in payloads)))
    if found is None:
        raise ValueError("not a picture")
    return found.data


async def _most(*, quick: bool) -> int:
    """The most whose files were all complete and closed within 10 s of the stop, on one core."""
    most = 0
    for participants in (20, 40) if quick else (40, 60, 80, 100, 120, 140):
        cost = await ours(participants, 6.0, core=True)
        print(f"{participants} on one core: {cost}", file=sys.stderr)
        if cost.kept < 0.99 or cost.late > 10.0:
            break
        most = participants
    return most


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--participants", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    seconds = 6.0 if given.quick else given.seconds
    cost, peer = await ours(given.participants, seconds), await theirs(seconds)
    most = await _most(quick=given.quick)
    share = 100 / 60
    people = cost.participants
    print(f"| CPU seconds a participant-minute | {people} participants | share of a core for all |")
    print("|---|---|---|")
    print(f"| recorder | {cost.recorder / people / cost.seconds * 60:.3f} "
          f"| {cost.recorder / cost.seconds * 100:.1f} % |")  # fmt: skip
    print(f"| its mixer | {cost.mixer / people / cost.seconds * 60:.3f} "
          f"| {cost.mixer / cost.seconds * 100:.1f} % |")  # fmt: skip
    print(f"| aiortc MediaRecorder, one participant | {peer:.1f} | {peer * share:.0f} % |")
    print(
        f"\nours / theirs: {cost.each / peer:.4f} (aim 0.01); kept {cost.kept:.3f}, closed after {cost.late:.1f} s"
    )
    print(f"recorded on one core, mixer and all: at least {most} participants")


if __name__ == "__main__":
    asyncio.run(main())
