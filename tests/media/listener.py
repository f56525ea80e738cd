"""An engine for tests: it writes down when it is loud, and cannot understand anything."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from vtp.media.pack.inside.listening import CONTEXTS, pcm
from vtp.media.pack.speech import MODEL, RATE, NothingSaid, Speech, Spoken

__all__ = ["CONTEXTS", "transcribe"]

_STEP = RATE // 10


def transcribe(spec: Speech, files: Mapping[str, int]) -> Spoken:
    cues: list[tuple[float, float, str]] = []
    for start, samples in pcm(spec, files):
        heard = array("h", samples)
        for at in range(0, len(heard), _STEP):
            if max(heard[at : at + _STEP]) < 500:
                continue
            begins, ends = start + at / RATE, start + (at + _STEP) / RATE
            if cues and begins - cues[-1][1] < 0.05:
                cues[-1] = cues[-1][0], ends, cues[-1][2]
            else:
                cues.append((begins, ends, "<b>A tone</b>"))
    if not cues:
        raise NothingSaid
    language = "pt-BR" if f"{MODEL}words.bin" in files else "no language at all"
    # What makes no sense is left out.
    return Spoken(language=language, cues=(*cues, (9.0, 3.0, "Back in time"), (0.0, 1.0, " ")))
