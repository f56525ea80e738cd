"""Brings the sound of a recording to an even loudness: measured, then encoded with one gain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as Over
from av.filter import Graph

from vtp.media.pack.inside.reading import CONTEXTS, sounds
from vtp.media.pack.inside.target import target
from vtp.media.pack.roomy import show
from vtp.media.pack.stretch import runs
from vtp.media.pack.takeaway import NothingToHear, Sound, Sounded

# What PyAV needs when it encodes sound; it imports that late.
__all__ = ["CONTEXTS", "AudioFifo", "sound"]

_RATE, _LAYOUT, _FORMAT = 48_000, "stereo", "flt"
_BYTES = 8  # of a sample of both channels
_BASE = Fraction(1, _RATE)
# Samples by which sound may stand beside its place before that is mended.
_SLACK = 480
# LUFS; what is quieter is silence, and no gain makes a voice of it.
_SILENT = -60.0
_MEASURED = "lavfi.r128.I"
# Just below full scale, where an encoder would otherwise clip.
_LIMIT = "limit=0.84:level=0:latency=1"


def sound(spec: Sound, files: Mapping[str, int]) -> Sounded:
    loudness = _loudness(spec, files)
    if loudness is None:
        raise NothingToHear
    wanted = 0.0 if loudness <= _SILENT else spec.loudness - loudness
    gain = max(-spec.most_gain, min(spec.most_gain, wanted))
    _encode(spec, files, gain)
    return Sounded(loudness=loudness, gain=gain)


def _loudness(spec: Sound, files: Mapping[str, int]) -> float | None:
    """Of all that is heard (ITU-R BS.1770, gated); None where nothing is."""
    measure = _Chain(("ebur128", "metadata=1"))
    found: float | None = None
    for frame in _frames(spec, files):
        for seen in measure.through(frame):
            found = float(seen.metadata.get(_MEASURED, _SILENT))
        show(files, min(0.5, (frame.time or 0.0) / spec.seconds / 2))
    return found


def _encode(spec: Sound, files: Mapping[str, int], gain: float) -> None:
    louder = _Chain(("volume", f"{gain:.2f}dB"), ("alimiter", _LIMIT))
    with target(files["to"]) as out:
        out.metadata["title"] = spec.title
        stream = out.add_stream("aac", rate=_RATE, layout=_LAYOUT)
        stream.bit_rate = spec.bits
        at = 0
        for frame in _loud(louder, spec, files):
            frame.pts, frame.time_base = at, _BASE
            at += frame.samples
            out.mux(stream.encode(frame))
            show(files, min(1.0, 0.5 + at / _RATE / spec.seconds / 2))
        out.mux(stream.encode(None))


def _loud(louder: _Chain, spec: Sound, files: Mapping[str, int]) -> Iterator[AudioFrame]:
    for frame in _frames(spec, files):
        yield from louder.through(frame)
    yield from louder.through(None)


def _frames(spec: Sound, files: Mapping[str, int]) -> Iterator[AudioFrame]:
    """Without holes, from the begin to the end."""
    at, end = 0, round(spec.seconds * _RATE)
    heard = False
    for run in runs(spec.stretches):
        resampler = AudioResampler(format=_FORMAT, layout=_LAYOUT, rate=_RATE)
        for given in sounds(run, files):
            for frame in resampler.resample(given):
                place = round((frame.time or 0.0) * _RATE)
                if place < at - _SLACK or place >= end:
                    continue
                heard = True
                if place > at + _SLACK:
                    yield from _silence(at, place)
                    at = place
                frame.pts, frame.time_base = at, _BASE
                yield frame
                at += frame.samples
    if heard:
        yield from _silence(at, end)


def _silence(start: int, until: int) -> Iterator[AudioFrame]:
    while start < until:
        frame = AudioFrame(format=_FORMAT, layout=_LAYOUT, samples=min(_RATE, until - start))
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.sample_rate, frame.time_base, frame.pts = _RATE, _BASE, start
        yield frame
        start += frame.samples


class _Chain:
    """Filters behind each other."""

    def __init__(self, *filters: tuple[str, str]) -> None:
        self._graph = Graph()
        nodes = [
            self._graph.add_abuffer(
                sample_rate=_RATE, format=_FORMAT, layout=_LAYOUT, time_base=_BASE
            ),
            *(self._graph.add(name, given) for name, given in filters),
            self._graph.add("aformat", f"sample_fmts={_FORMAT}:channel_layouts={_LAYOUT}"),
            self._graph.add("abuffersink"),
        ]
        self._graph.link_nodes(*nodes).configure()

    def through(self, frame: AudioFrame | None) -> Iterator[AudioFrame]:
        self._graph.push(frame)
        while True:
            try:
                made = self._graph.pull()
            except (NothingYet, Over):
                return
            if isinstance(made, AudioFrame):
                yield made
