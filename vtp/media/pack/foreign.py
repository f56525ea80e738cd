"""A film of somebody else: how long it is, where it can be cut, and its sound for players."""

from __future__ import annotations

import msgspec

from vtp.media.pack.ladder import REFUSALS
from vtp.media.pack.probe import Damaged, NotMedia
from vtp.media.pack.roomy import Budget, Roomy, Tell, worked

SOUND_RATE, SOUND_CODEC = 48_000, "mp4a.40.2"
_MEASURE = "vtp.media.pack.inside.measuring:measure"
_SOUND = "vtp.media.pack.inside.scoring:sound"
_MEMORY = 1_073_741_824
# s; nobody sends longer ones.
_LONGEST = 12 * 3600.0


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    every: float  # s between cuts, at the least
    most: float = _LONGEST


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float
    # Where key frames are that pieces may begin with; the first is 0.
    cuts: tuple[float, ...]
    sound: bool


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float


class Sounded(msgspec.Struct, frozen=True, kw_only=True):
    header: int
    # Offset, size, start and length in seconds, packets.
    segments: tuple[tuple[int, int, float, float, int], ...]


async def measure(roomy: Roomy, source: int, *, every: float, tell: Tell) -> Measured:
    """It is read to its end, because what files say of themselves is often wrong."""
    return await worked(
        roomy,
        _MEASURE,
        Measure(every=every),
        returns=Measured,
        files={"input": source},
        raises=(NotMedia, Damaged),
        budget=Budget(memory=_MEMORY),
        tell=tell,
    )


async def sound(roomy: Roomy, source: int, target: int, *, seconds: float, tell: Tell) -> Sounded:
    """As AAC; where it has holes, or begins later than the pictures, it is silent."""
    cpu = 60.0 + seconds * 0.5
    return await worked(
        roomy,
        _SOUND,
        Sound(seconds=seconds),
        returns=Sounded,
        files={"input": source, "to": target},
        raises=(NotMedia, Damaged, *REFUSALS),
        budget=Budget(memory=_MEMORY, cpu_seconds=cpu, wall_seconds=cpu * 5),
        tell=tell,
    )
