"""How loud a recording is when: all together, and each of those who speak."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from vtp.media.pack.inside.reading import CONTEXTS, sounds
from vtp.media.pack.previews import Hear, Heard, Line, Voice
from vtp.media.pack.roomy import show
from vtp.media.pack.stretch import runs

__all__ = ["CONTEXTS", "hear"]

_RATE = 8_000  # samples a second are enough for that
_LOUDEST = 32_768
_RANGE = 60.0  # dB


def hear(spec: Hear, files: Mapping[str, int]) -> Heard:
    peaks: dict[str, list[int]] = {}
    length = sum(one.stretch.seconds for one in spec.voices) or 1.0
    done = 0.0
    for one in spec.voices:
        rate = spec.speaker_rate if one.who else spec.rate
        points = peaks.setdefault(one.who, [0] * max(1, math.ceil(spec.seconds * rate)))
        _listen(one, files, points, rate)
        done += one.stretch.seconds
        show(files, min(1.0, done / length))
    return Heard(
        lines=tuple(
            Line(
                who=who,
                rate=spec.speaker_rate if who else spec.rate,
                levels=tuple(level(peak) for peak in points),
            )
            for who, points in peaks.items()
        )
    )


def _listen(voice: Voice, files: Mapping[str, int], points: list[int], rate: float) -> None:
    resampler = AudioResampler(format="s16", layout="mono", rate=_RATE)
    for run in runs([voice.stretch]):
        for frame in sounds(run, files):
            at = frame.time or 0.0
            for made in resampler.resample(frame):
                point = int(at * rate)
                if 0 <= point < len(points):
                    points[point] = max(points[point], _peak(made))


def _peak(frame: AudioFrame) -> int:
    samples = array("h", bytes(frame.planes[0])[: frame.samples * 2])
    return max(max(samples, default=0), -min(samples, default=0))


def level(peak: int) -> int:
    """0 to 100, as loud as it sounds."""
    if peak <= 0:
        return 0
    decibels = 20 * math.log10(peak / _LOUDEST)
    return max(0, min(100, round((decibels + _RANGE) / _RANGE * 100)))
