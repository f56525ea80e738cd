"""faster-whisper as an engine: the extra `transcribe`. Its model comes as open files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import faster_whisper
import numpy as np
import numpy.fft  # loaded when it is first used, and then no file can be opened any more

from vtp.media.pack.inside.listening import CONTEXTS, pcm
from vtp.media.pack.speech import MODEL, BrokenModel, NothingSaid, Speech, Spoken

__all__ = ["CONTEXTS", "MAKES_CODE", "transcribe"]

# oneDNN, on which the engine stands, compiles its kernels while it runs.
MAKES_CODE = True

_LOUDEST = 32_768.0
_ALLOCATING = "alloc"  # "std::bad_alloc", "mkl_malloc: failed to allocate memory"


# What faster-whisper reads itself, and wants whole; the rest is read by its engine.
_WHOLE = ("tokenizer.json", "preprocessor_config.json")


def transcribe(spec: Speech, files: Mapping[str, int]) -> Spoken:
    language, cues = spec.language, list[tuple[float, float, str]]()
    with _memory_in_words():
        model = _model(spec, files)
        for start, samples in pcm(spec, files):
            sound = np.frombuffer(samples, np.int16).astype(np.float32) / _LOUDEST
            told, about = model.transcribe(sound, language=language or None, vad_filter=False)
            cues += _cues(told, start)
            # What the first minutes are in, all of it is.
            language = language or about.language
    if not cues:
        raise NothingSaid
    return Spoken(language=language, cues=tuple(sorted(cues)))


@contextmanager
def _memory_in_words() -> Iterator[None]:
    """The libraries below say in a sentence that there is no more of it."""
    try:
        yield
    except RuntimeError as error:
        if _ALLOCATING in str(error):
            raise MemoryError from error
        raise


def _model(spec: Speech, files: Mapping[str, int]) -> Any:
    """Whatever is wrong with its files is said in many ways by those who read them."""
    given = {name.removeprefix(MODEL): files[name] for name in files if name.startswith(MODEL)}
    try:
        return faster_whisper.WhisperModel(
            "given",  # nothing is looked for under this name: all of it is in `files`
            device="cpu",
            compute_type="int8",
            cpu_threads=spec.threads,
            files={name: _content(name, given[name]) for name in given},
        )
    except Exception as error:
        if isinstance(error, MemoryError) or _ALLOCATING in str(error):
            raise
        raise BrokenModel from error


def _content(name: str, descriptor: int) -> bytes | BinaryIO:
    os.lseek(descriptor, 0, os.SEEK_SET)
    file = os.fdopen(descriptor, "rb", closefd=False)
    return file.read() if name in _WHOLE else file


def _cues(told: Any, start: float) -> Iterator[tuple[float, float, str]]:
    for one in told:
        yield start + one.start, start + one.end, one.text.strip()
