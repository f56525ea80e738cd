"""The mixer of one recording: packets of voices come in, packets of their sum go out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress

from vtp.media.recorder import mixwire
from vtp.media.recorder.inside.desk import Desk
from vtp.media.recorder.inside.encoding import Encoder
from vtp.media.recorder.inside.voice import BYTES, Voice
from vtp.media.recorder.mixspec import Mixed, MixSpec
from vtp.media.recorder.voices import MOST, RATE

_READ = 64 * 1024
# Who was silent for longer begins anew.
_FORGOTTEN = 2 * RATE
# At once: a recording that is made up for comes in pieces of a second.
_LONGEST = RATE // 5


def mix(spec: MixSpec, files: Mapping[str, int]) -> Mixed:
    """Until the recording ends, or nobody listens any more."""
    mixer = Mixer(spec)
    with suppress(ConnectionError):
        _mix(mixer, files["line"])
    return Mixed(ticks=mixer.at)


def _mix(mixer: Mixer, line: int) -> None:
    frames = mixwire.Frames()
    while data := os.read(line, _READ):
        for kind, body in frames.feed(data):
            if kind == mixwire.SOUND:
                mixer.hear(*mixwire.read_sound(body))
                continue
            _write(line, mixer.until(mixwire.read_tick(body)))
            if kind == mixwire.END:
                _write(line, mixer.rest())
                _write(line, iter((mixwire.made(mixwire.DONE, b""),)))
                return


def _write(line: int, frames: Iterator[bytes]) -> None:
    view = memoryview(b"".join(frames))
    while view:
        view = view[os.write(line, view) :]


class Mixer:
    def __init__(self, spec: MixSpec) -> None:
        self._encoders = {
            mixwire.OPUS: Encoder("libopus", start=spec.opus_from),
            mixwire.AAC: Encoder("aac", start=spec.aac_from),
        }
        self._desk = Desk()
        self._voices: dict[int, Voice] = {}
        self.at = spec.heard_from  # tick up to which voices are taken
        self._out = spec.heard_from  # of the next sample that leaves the desk

    def hear(self, voice: int, at: int, data: bytes) -> None:
        held = self._voices.get(voice)
        if held is None:
            if at < self.at or len(self._voices) >= 2 * MOST:
                return
            held = self._voices[voice] = Voice(self.at)
        held.put(at, data)

    def until(self, tick: int) -> Iterator[bytes]:
        while self.at < tick:
            yield from self._step(min(tick, self.at + _LONGEST))

    def _step(self, tick: int) -> Iterator[bytes]:
        count = tick - self.at
        taken = [voice.take(tick) for voice in self._voices.values()]
        self.at = tick
        for number, voice in list(self._voices.items()):
            if tick - voice.heard > _FORGOTTEN:
                del self._voices[number]
        for frame in self._desk.mix([one for one in taken if one][:MOST], count):
            yield from self._encoded(bytes(frame.planes[0])[: frame.samples * BYTES])

    def rest(self) -> Iterator[bytes]:
        for frame in self._desk.rest():
            yield from self._encoded(bytes(frame.planes[0])[: frame.samples * BYTES])
        for kind, encoder in self._encoders.items():
            yield from (mixwire.made(kind, packet) for packet in encoder.rest())

    def _encoded(self, samples: bytes) -> Iterator[bytes]:
        at, self._out = self._out, self._out + len(samples) // BYTES
        for kind, encoder in self._encoders.items():
            early = max(0, encoder.first - at) * BYTES
            for packet in encoder.take(samples[early:]):
                yield mixwire.made(kind, packet)
