"""What holds on this kernel, tried in a real child: for the log at start and `vtp check`."""

from __future__ import annotations

import msgspec

from vtp.sandbox.trial import Findings
from vtp.sandbox.wire import Walls

GIVEN = b"a file that was given"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    # What protects each thing: {"network": ["network namespace", "seccomp"], …}.
    walls: dict[str, list[str]]
    # What a child could do that it should not, by thing. Empty is good.
    open: dict[str, list[str]]
    # How long a child takes from its start to its answer.
    seconds: float

    @property
    def holds(self) -> bool:
        return not self.open

    def lines(self) -> list[str]:
        """One line for each thing, for a terminal."""
        standing = [f"{thing}: {', '.join(walls)}" for thing, walls in self.walls.items() if walls]
        holes = [f"{thing}: OPEN ({', '.join(holes)})" for thing, holes in self.open.items()]
        return standing + holes


def of_trial(walls: Walls, findings: Findings, *, seconds: float) -> Report:
    holes = dict(findings.open)
    if findings.given != {"given": GIVEN}:
        holes["given files"] = ["not readable"]
    return Report(
        walls={
            "network": walls.network(),
            "files": walls.files(),
            "programs": walls.programs(),
            "memory": ["address space limit"],
            "time": ["CPU limit", "wall clock"],
            "secrets": ["new process", "empty environment", "no core dump"],
        },
        open=holes,
        seconds=seconds,
    )


def of_failure(code: str, *, seconds: float) -> Report:
    """The child that should have tried it all did not answer."""
    return Report(walls={}, open={"child": [code]}, seconds=seconds)
