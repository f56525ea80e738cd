"""The other side: `main` runs in the child, from its first line to its last.

Standard input is the job, standard output takes one answer. The environment is empty, the
parent's descriptors are closed, and its memory was never here: this is a fresh interpreter.
"""

from __future__ import annotations

import importlib
import os
import sys
import typing
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, NoReturn

import msgspec

from vtp.errors import Problem
from vtp.sandbox import walls
from vtp.sandbox.wire import (
    Answer,
    Done,
    Job,
    LongAnswer,
    NoMemory,
    NoWalls,
    Said,
    Stumbled,
    Walls,
)

Work = Callable[[Any, Mapping[str, int]], Any]

# A stumble is reported by its innermost places.
_PLACES = 12


def main() -> NoReturn:
    job = msgspec.msgpack.decode(_standard_input(), type=Job)
    speak = _Voice(job.limits.output)
    sys.excepthook = speak.stumbled
    separated = walls.before_imports(job.limits, parent=job.parent)
    work, spec_type, makes_code = _resolve(job.function)
    spec = msgspec.msgpack.decode(job.spec, type=spec_type)
    standing = walls.after_imports(separated=separated, makes_code=makes_code)
    if not standing.closed and not job.allow_weak:
        speak.last(NoWalls(standing))
    try:
        result = work(spec, job.files)
        speak.done(result, standing)
    except Problem as problem:
        speak.last(Said(problem.code, problem.detail))
    except MemoryError:
        speak.last(NoMemory())


def _standard_input() -> bytes:
    """The job, and then nothing: the descriptor becomes /dev/null."""
    with open(0, "rb", closefd=False) as source:
        data = source.read()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return data


def _resolve(function: str) -> tuple[Work, Any, bool]:
    """What to call, with what, and whether its module says that it compiles what it computes."""
    name, _, attribute = function.partition(":")
    module = importlib.import_module(name)
    work: Work = getattr(module, attribute)
    spec_type = next(iter(typing.get_type_hints(work).values()))
    return work, spec_type, getattr(module, "MAKES_CODE", False) is True


class _Voice:
    """The one answer of this process. Each method ends it.

    Standard output is taken away from everybody else, so that a library that prints cannot
    spoil the answer.
    """

    def __init__(self, limit: int) -> None:
        self._descriptor = os.dup(1)
        os.dup2(2, 1)
        self._encoder = msgspec.msgpack.Encoder()
        self._limit = limit

    def done(self, result: Any, standing: Walls) -> NoReturn:
        encoded = self._encoder.encode(Done(msgspec.Raw(self._encoder.encode(result)), standing))
        if len(encoded) > self._limit:
            self.last(LongAnswer())
        self._write(encoded)

    def last(self, answer: Answer) -> NoReturn:
        self._write(self._encoder.encode(answer))

    def stumbled(
        self, kind: type[BaseException], _: BaseException, trace: TracebackType | None
    ) -> None:
        self.last(Stumbled(kind.__name__, _places(trace)))

    def _write(self, data: bytes) -> NoReturn:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        # Nothing to tidy up: the kernel takes everything back, and a library cannot hang here.
        os._exit(0)


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-_PLACES:]
