"""Sums voices so that the sum is never too loud: FFmpeg's mixer, and a limiter behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import cast

import av
from av.filter import Graph

from vtp.media.recorder.inside.voice import BYTES, FORMAT, LAYOUT
from vtp.media.recorder.voices import MOST, RATE

# -1 dB, so that encoders do not clip; it takes hold within 5 ms, and looks ahead by as much.
_LIMIT = "limit=0.89:attack=5:release=80:level=0:latency=1"
_BASE = Fraction(1, RATE)


class Desk:
    """As many samples come out as went in, some of them later: `rest` gives the last."""

    def __init__(self) -> None:
        graph = Graph()
        self._inputs = [
            graph.add_abuffer(sample_rate=RATE, format=FORMAT, layout=LAYOUT, time_base=_BASE)
            for _ in range(MOST)
        ]
        mixing = graph.add("amix", f"inputs={MOST}:normalize=0:duration=longest")
        for place, source in enumerate(self._inputs):
            source.link_to(mixing, 0, place)
        limiting = graph.add("alimiter", _LIMIT)
        formed = graph.add("aformat", f"sample_fmts={FORMAT}:channel_layouts={LAYOUT}")
        self._out = graph.add("abuffersink")
        mixing.link_to(limiting)
        limiting.link_to(formed)
        formed.link_to(self._out)
        graph.configure()
        self._graph = graph  # its filters do not hold it
        self._at = 0

    def mix(self, voices: Sequence[bytes], count: int) -> Iterator[av.AudioFrame]:
        """`count` samples of each voice."""
        silence = bytes(count * BYTES)
        for place, source in enumerate(self._inputs):
            frame = av.AudioFrame(FORMAT, LAYOUT, count)
            frame.planes[0].update(voices[place] if place < len(voices) else silence)
            frame.sample_rate, frame.time_base, frame.pts = RATE, _BASE, self._at
            source.push(frame)
        self._at += count
        return self._pulled()

    def rest(self) -> Iterator[av.AudioFrame]:
        for source in self._inputs:
            source.push(None)
        return self._pulled()

    def _pulled(self) -> Iterator[av.AudioFrame]:
        while True:
            try:
                yield cast("av.AudioFrame", self._out.pull())
            except (BlockingIOError, EOFError):
                return
