"""Decodes some minutes of a recording once, and encodes them in all sizes that were asked for."""

from __future__ import annotations

from collections.abc import Mapping

from vtp.media.pack.inside.encoding import Encoder
from vtp.media.pack.inside.fitting import Fit
from vtp.media.pack.inside.reading import CONTEXTS, pictures
from vtp.media.pack.ladder import Climb, Climbed, NothingToSee
from vtp.media.pack.roomy import show

__all__ = ["CONTEXTS", "climb"]

# s; what was recorded without key frames gets some.
_LONGEST = 4.0


def climb(spec: Climb, files: Mapping[str, int]) -> Climbed:
    first, end = spec.stretches[0].start, spec.stretches[-1].until
    # From the largest to the smallest: each is made of the one before, which costs least.
    steps = sorted(spec.steps, key=lambda one: -one.width * one.height)
    encoders = [Encoder(one, files[f"to:{one.name}"], threads=spec.threads) for one in steps]
    fits = [Fit(one.width, one.height) for one in steps]
    seen = pictures(spec.stretches, files, most_pixels=spec.most_pixels, threads=spec.threads)
    cut = first - _LONGEST
    for one in seen:
        frame, key = one.frame, one.cut or one.at - cut >= _LONGEST
        cut = one.at if key else cut
        for fit, encoder in zip(fits, encoders, strict=True):
            frame = fit.black() if frame is None else fit.fitted(frame)
            encoder.add(frame, at=one.at, key=key)
        show(files, (one.at - first) / (end - first))
    rungs = [one.close(until=end) for one in encoders]
    if not all(one.segments for one in rungs):
        raise NothingToSee
    made = {one.name: one for one in rungs}
    return Climbed(rungs=tuple(made[one.name] for one in spec.steps))
