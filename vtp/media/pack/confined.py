"""What this package needs of a sandbox (`vtp.sandbox.runner.Sandbox`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

from vtp.errors import Problem

Result = TypeVar("Result")


class Confined(Protocol):
    async def run(
        self,
        function: str,
        spec: msgspec.Struct,
        *,
        returns: type[Result],
        files: Mapping[str, int],
        raises: Sequence[type[Problem]] = (),
        cpu_seconds: float | None = None,
        wall_seconds: float | None = None,
        output: int | None = None,
    ) -> Result: ...
