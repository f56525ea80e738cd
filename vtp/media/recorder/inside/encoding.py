"""The mix as Opus and as AAC, each packet exactly where it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import cast

import av

from vtp.media.recorder.inside.voice import BYTES, FORMAT, LAYOUT
from vtp.media.recorder.voices import RATE

_BASE = Fraction(1, RATE)


class Encoder:
    """Takes the mix from `first` on; gives the packets from `start` on.

    What a decoder makes of a packet is `delay` samples late. Opus is begun so much later in the
    mix; of AAC a whole packet comes first that belongs before the beginning.
    """

    def __init__(self, name: str, *, start: int) -> None:
        made = cast("av.AudioCodecContext", av.CodecContext.create(name, "w"))
        made.sample_rate, made.layout, made.time_base = RATE, LAYOUT, _BASE
        made.format, made.bit_rate, made.options = _SHAPES[name]
        made.open()
        self._encoder = made
        self._frame = made.frame_size
        self._start = start
        # One packet earlier, so that the first that counts leans on a real one.
        self.first = max(0, start - self._frame)
        self._next = self.first  # tick of the packet that comes next
        self._passed = 0  # samples of the mix to be passed over still
        if name == "aac":
            self._next -= self._frame
        else:
            self._passed = _LOOKAHEAD
        self._at = 0

    def take(self, samples: bytes) -> Iterator[bytes]:
        skipped = min(self._passed * BYTES, len(samples))
        self._passed -= skipped // BYTES
        if len(samples) > skipped:
            yield from self._encoded(_frame(samples[skipped:], self._at))
            self._at += (len(samples) - skipped) // BYTES

    def rest(self) -> Iterator[bytes]:
        yield from self._encoded(None)

    def _encoded(self, frame: av.AudioFrame | None) -> Iterator[bytes]:
        for packet in self._encoder.encode(frame):
            at, self._next = self._next, self._next + self._frame
            if at >= self._start:
                yield bytes(packet)


# RFC 7845, 5.1: what libopus needs at 48 kHz to come to itself.
_LOOKAHEAD = 312
_SHAPES: dict[str, tuple[str, int, dict[str, str]]] = {
    "libopus": (FORMAT, 64_000, {"application": "audio", "frame_duration": "20"}),
    "aac": ("fltp", 96_000, {"aac_coder": "fast"}),
}


def _frame(samples: bytes, at: int) -> av.AudioFrame:
    made = av.AudioFrame(FORMAT, LAYOUT, len(samples) // BYTES)
    made.planes[0].update(samples)
    made.sample_rate, made.time_base, made.pts = RATE, _BASE, at
    return made
