"""What long work needs of a sandbox (`vtp.sandbox.runner.Sandbox`): a child, and how far it is."""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

import msgspec

from vtp.errors import Problem

Result = TypeVar("Result")
Came_co = TypeVar("Came_co", covariant=True)
Tell = Callable[[float], Awaitable[None]]

GAUGE = "gauge"
_FRACTION = struct.Struct("<d")
# s; how often it is looked how far a child is.
_EVERY = 0.5


class Under(Protocol[Came_co]):
    async def result(self) -> Came_co: ...


class Roomy(Protocol):
    def start(
        self,
        function: str,
        spec: msgspec.Struct,
        *,
        returns: type[Result],
        files: Mapping[str, int],
        raises: Sequence[type[Problem]] = (),
        memory: int | None = None,
        cpu_seconds: float | None = None,
        wall_seconds: float | None = None,
        output: int | None = None,
    ) -> AbstractAsyncContextManager[Under[Result]]: ...


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """How much one child may use."""

    memory: int = 3_221_225_472
    cpu_seconds: float = 600.0
    wall_seconds: float = 3_600.0
    output: int = 4_294_967_296  # bytes of a file


async def worked(
    roomy: Roomy,
    function: str,
    spec: msgspec.Struct,
    *,
    returns: type[Result],
    files: Mapping[str, int],
    raises: Sequence[type[Problem]],
    budget: Budget,
    tell: Tell,
) -> Result:
    """Call it in a child, and tell now and then how far that is."""
    gauge = os.memfd_create("vtp-gauge", os.MFD_CLOEXEC)
    try:
        async with roomy.start(
            function,
            spec,
            returns=returns,
            files={**files, GAUGE: gauge},
            raises=raises,
            memory=budget.memory,
            cpu_seconds=budget.cpu_seconds,
            wall_seconds=budget.wall_seconds,
            output=budget.output,
        ) as child:
            ending = asyncio.ensure_future(child.result())
            try:
                while not (await asyncio.wait({ending}, timeout=_EVERY))[0]:
                    await tell(fraction(gauge))
                return ending.result()
            finally:
                ending.cancel()
    finally:
        os.close(gauge)


def fraction(gauge: int) -> float:
    """What the child wrote, if it makes sense."""
    told = os.pread(gauge, _FRACTION.size, 0)
    value = float(_FRACTION.unpack(told)[0]) if len(told) == _FRACTION.size else 0.0
    return value if 0.0 <= value <= 1.0 else 0.0


def show(files: Mapping[str, int], value: float) -> None:
    """In the child."""
    if GAUGE in files:
        os.pwrite(files[GAUGE], _FRACTION.pack(value), 0)
