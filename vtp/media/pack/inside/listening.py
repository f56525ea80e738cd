"""The sound of a recording as engines hear it: 16 kHz, one channel, some minutes at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from av.audio.resampler import AudioResampler

from vtp.media.pack.inside.reading import CONTEXTS, sounds
from vtp.media.pack.previews import Voice
from vtp.media.pack.roomy import show
from vtp.media.pack.speech import RATE, Speech
from vtp.media.pack.stretch import runs

__all__ = ["CONTEXTS", "pcm"]

# s; what an engine gets at once. Ten minutes take 20 MB.
_AT_ONCE = 600.0


def pcm(spec: Speech, files: Mapping[str, int]) -> Iterator[tuple[float, bytes]]:
    """When a piece begins on the recording, and its samples (signed, 16 bits)."""
    length = sum(one.stretch.seconds for one in spec.voices) or 1.0
    done = 0.0
    for voice in spec.voices:
        for start, samples in _pieces(voice, files):
            yield start, samples
            # Whoever asks for more is done with that.
            done += len(samples) / 2 / RATE
            show(files, min(1.0, done / length))


def _pieces(voice: Voice, files: Mapping[str, int]) -> Iterator[tuple[float, bytes]]:
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    start, samples = 0.0, bytearray()
    for run in runs([voice.stretch]):
        for frame in sounds(run, files):
            if not samples:
                start = frame.time or 0.0
            for made in resampler.resample(frame):
                samples += bytes(made.planes[0])[: made.samples * 2]
            if len(samples) >= _AT_ONCE * RATE * 2:
                yield start, bytes(samples)
                samples.clear()
    if samples:
        yield start, bytes(samples)
