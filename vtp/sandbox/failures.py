"""How work in a child can fail. What the given file caused is the sender's to change."""

from __future__ import annotations

from vtp.errors import Invalid, Problem, Unavailable


class Crashed(Invalid):
    """This file made our reader stop. It is probably damaged."""

    code = "sandbox_crashed"

    def __init__(self, how: str = "") -> None:
        super().__init__()
        # "SIGSEGV" or "exit 3": for the log, not for people.
        self.how = how


class TimedOut(Invalid):
    """This file took too long to read."""

    code = "sandbox_timed_out"


class OutOfMemory(Invalid):
    """This file needs more memory than one file may have."""

    code = "sandbox_out_of_memory"


class TooMuchOutput(Invalid):
    """This file grows too large when it is read."""

    code = "sandbox_too_much_output"


class Broke(Problem):
    """Something went wrong while we read this file."""

    code = "sandbox_broke"


class Stuck(Unavailable):
    """Our reader stood still over this file and was stopped. Try again in a moment."""

    code = "sandbox_stuck"


class Refused(Problem):
    """This work may not run in a child."""

    code = "sandbox_refused"


class Weak(Unavailable):
    """This server cannot open files of others safely. Its administrator was told how to help."""

    code = "sandbox_weak"


class Busy(Unavailable):
    """Too many files are being read right now. Try again in a moment."""

    code = "sandbox_busy"


class NotStarted(Unavailable):
    """This server could not begin to read the file. Try again in a moment."""

    code = "sandbox_not_started"
