"""Work in progress in one child: awaited for its result, told in the log when it fails."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec
import structlog

from vtp.errors import Problem
from vtp.sandbox import wire
from vtp.sandbox.failures import Broke, Crashed, OutOfMemory, TooMuchOutput, Weak
from vtp.sandbox.limits import End, verdict
from vtp.sandbox.process import Process

Result = TypeVar("Result")

log = structlog.get_logger()


class Work(Generic[Result]):
    """Made by `Sandbox.start`, whose block ends it."""

    def __init__(
        self,
        process: Process,
        *,
        function: str,
        returns: type[Result],
        raises: Sequence[type[Problem]],
    ) -> None:
        self._process = process
        self._function = function
        self._returns = returns
        self._raises = {kind.code: kind for kind in raises}

    @property
    def pid(self) -> int:
        return self._process.pid

    async def result(self) -> Result:
        """Wait for the end: what the function returned, or why there is no result."""
        done = await self.done()
        try:
            return msgspec.msgpack.decode(done.result, type=self._returns)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Crashed("not a result") from None

    async def done(self) -> wire.Done:
        end = await self._process.ended()
        answer = wire.decode_answer(self._process.answer.received)
        failure = verdict(end)
        if failure is None and isinstance(answer, wire.Done):
            return answer
        if failure is None and isinstance(answer, wire.Said) and answer.code in self._raises:
            raise self._raises[answer.code](wire.plain(answer.detail))
        failure = failure or _failure(answer)
        self._tell(failure, end, answer)
        raise failure

    def _tell(self, failure: Problem, end: End, answer: wire.Answer | None) -> None:
        """For whoever mends it: places and numbers, never what was in the file."""
        places = frames(self._process.complaint.received)
        kind = failure.how if isinstance(failure, Crashed) else ""
        if isinstance(answer, wire.Stumbled):
            kind, places = answer.kind, answer.places
        elif isinstance(answer, wire.Said):
            kind = answer.code
        elif isinstance(answer, wire.NoWalls):
            kind = "this kernel closes neither network nor files; see sandbox.allow_weak"
        log.warning(
            "sandbox.failed",
            function=self._function,
            code=failure.code,
            kind=wire.plain(kind),
            places=[wire.plain(place) for place in places],
            cpu_seconds=round(end.cpu_seconds, 3),
            peak_memory=end.peak_memory,
        )


def _failure(answer: wire.Answer | None) -> Problem:
    """What a child that ended by itself says went wrong."""
    match answer:
        case wire.Stumbled() | wire.Said():
            return Broke()
        case wire.NoMemory():
            return OutOfMemory()
        case wire.LongAnswer():
            return TooMuchOutput()
        case wire.NoWalls():
            return Weak()
        case _:
            return Crashed("no answer")


_FRAME = re.compile(r'  File "([^"\n]{1,200})", line (\d{1,6}) in (\w{1,80})', re.ASCII)


def frames(complaint: bytes) -> list[str]:
    """The places in a traceback of the interpreter; nothing else that a child printed."""
    found = _FRAME.findall(complaint.decode("utf-8", "replace"))
    return [f"{file}:{line} {name}" for file, line, name in found[:12]]
