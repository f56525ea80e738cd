"""One voice, from packets of Opus to samples that lie where they belong."""

from __future__ import annotations

import av
from av.error import FFmpegError

from vtp.media.recorder.voices import RATE

# Two channels of 32 bit floats: a voice is in both.
FORMAT, LAYOUT, BYTES = "flt", "stereo", 8
# So far ahead of what is mixed next nobody can be.
_FURTHEST = 60 * RATE


class Voice:
    """`put` packets in their order, `take` spans without gaps: what is missing is silence."""

    def __init__(self, at: int) -> None:
        self.heard = at  # tick of its last packet
        self._from = at
        self._samples = bytearray()
        made = av.CodecContext.create("libopus", "r")
        made.layout, made.sample_rate = LAYOUT, RATE
        made.options = {"request_sample_fmt": FORMAT}
        self._decoder = made

    def put(self, at: int, data: bytes) -> None:
        """What cannot be decoded is silence."""
        if not 0 <= at - self._from < _FURTHEST:
            return
        self.heard = at
        try:
            frames = self._decoder.decode(av.Packet(data))
        except FFmpegError:
            return
        for frame in frames:
            self._lay(at, bytes(frame.planes[0])[: frame.samples * BYTES])
            at += frame.samples

    def _lay(self, at: int, samples: bytes) -> None:
        begin = (at - self._from) * BYTES
        if begin > len(self._samples):
            self._samples += bytes(begin - len(self._samples))
        # Packets that overlap say the same twice: the first has said it.
        self._samples += samples[len(self._samples) - begin :]

    def take(self, until: int) -> bytes:
        """Nothing where nothing is heard."""
        size = (until - self._from) * BYTES
        taken = bytes(self._samples[:size])
        del self._samples[:size]
        self._from = until
        return taken + bytes(size - len(taken)) if taken else b""
