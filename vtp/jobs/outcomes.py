"""How an attempt ended, and what follows from an error. Pure: chance comes in as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from vtp.errors import Invalid, Limited, Problem, Unavailable

_LONGEST = 500  # characters of a sentence that are kept


class Why(Enum):
    """Why a run was stopped from outside."""

    CANCELLED = "cancelled"  # somebody asked for it
    TIMED_OUT = "timed_out"
    SUPERSEDED = "superseded"  # another worker has it now, or its row is gone
    GIVEN_BACK = "given_back"  # this worker ends


class TimedOut(Unavailable):
    """This took longer than it may and was stopped."""

    code = "timed_out"


class WorkerLost(Unavailable):
    """The worker stopped in the middle of this, as often as it was tried."""

    code = "worker_lost"


class BadPayload(Invalid):
    """This job was written by another version of the program and cannot be read."""

    code = "bad_payload"


@dataclass(frozen=True, slots=True)
class Succeeded:
    name: ClassVar[str] = "succeeded"
    result: bytes | None


@dataclass(frozen=True, slots=True)
class Failed:
    name: ClassVar[str] = "failed"
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Again:
    """Failed, and worth another attempt after `delay` seconds."""

    name: ClassVar[str] = "again"
    code: str
    detail: str
    delay: float


@dataclass(frozen=True, slots=True)
class Stopped:
    name: ClassVar[str] = "stopped"
    why: Why


Outcome = Succeeded | Failed | Again | Stopped


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that double from `base` up to `cap` seconds, shortened by chance.

    Many that failed together do not come back together.
    """

    base: float
    cap: float

    def after(self, attempt: int, *, chance: float) -> float:
        """`chance` in [0, 1) takes up to half of the pause after attempt 1, 2, …"""
        # 2.0 ** 1024 overflows; any cap is reached long before.
        pause = min(self.cap, self.base * 2.0 ** min(attempt - 1, 60))
        return pause * (1 - chance / 2)


def judge(
    error: BaseException, *, attempt: int, max_attempts: int, backoff: Backoff, chance: float
) -> Failed | Again:
    """What becomes of a job whose attempt raised `error`."""
    problem = error if isinstance(error, Problem) else Problem()
    detail = (problem.detail or problem.title())[:_LONGEST]
    if attempt >= max_attempts or not worth_another(error):
        return Failed(problem.code, detail)
    delay = backoff.after(attempt, chance=chance)
    return Again(problem.code, detail, max(delay, problem.retry_after or 0.0))


def worth_another(error: BaseException) -> bool:
    """Whether the same call may do better later.

    A problem says so by its kind. Anything else may be a bug or a network that is away;
    trying a bug again is cheap, and giving up on a network is not.
    """
    return not isinstance(error, Problem) or isinstance(error, (Unavailable, Limited))
