"""faster-whisper as an engine: the extra `transcribe`. Its model comes as open files."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from typing import Any

import faster_whisper
import numpy as np

from vtp.media.pack.inside.listening import CONTEXTS, pcm
from vtp.media.pack.speech import MODEL, NothingSaid, Speech, Spoken

__all__ = ["CONTEXTS", "transcribe"]

_LOUDEST = 32_768.0


def transcribe(spec: Speech, files: Mapping[str, int]) -> Spoken:
    model = faster_whisper.WhisperModel(
        "given",  # nothing is looked for under this name: all of it is in `files`
        device="cpu",
        compute_type="int8",
        cpu_threads=spec.threads,
        files={name.removeprefix(MODEL): _whole(files[name]) for name in _of_model(files)},
    )
    language, cues = spec.language, list[tuple[float, float, str]]()
    for start, samples in pcm(spec, files):
        sound = np.frombuffer(samples, np.int16).astype(np.float32) / _LOUDEST
        told, about = model.transcribe(sound, language=language or None, vad_filter=False)
        cues += _cues(told, start)
        # What the first minutes are in, all of it is.
        language = language or about.language
    if not cues:
        raise NothingSaid
    return Spoken(language=language, cues=tuple(sorted(cues)))


def _cues(told: Any, start: float) -> Iterator[tuple[float, float, str]]:
    for one in told:
        yield start + one.start, start + one.end, one.text.strip()


def _of_model(files: Mapping[str, int]) -> list[str]:
    return [name for name in files if name.startswith(MODEL)]


def _whole(descriptor: int) -> io.BytesIO:
    with open(descriptor, "rb", closefd=False) as file:
        os.lseek(descriptor, 0, os.SEEK_SET)
        return io.BytesIO(file.read())
