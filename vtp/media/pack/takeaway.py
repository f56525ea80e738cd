"""What people take home of a recording: its sound at an even loudness, and files with both."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vtp.errors import Invalid
from vtp.media.pack.ladder import REFUSALS, NoSpace
from vtp.media.pack.roomy import Budget, Roomy, Tell, worked
from vtp.media.pack.stretch import Stretch

_SOUND = "vtp.media.pack.inside.sounding:sound"
_JOIN = "vtp.media.pack.inside.joining:join"
# Of a processor for each second: decoded twice and encoded once; copied.
_CPU_SOUND, _CPU_JOIN = 0.5, 0.2
_MEMORY = 1_073_741_824


class NothingToHear(Invalid):
    """There is no sound in this recording that can be read."""

    code = "nothing_to_hear"


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """AAC in MP4, from the begin of the recording to its end; silence where nothing is."""

    stretches: tuple[Stretch, ...]
    seconds: float
    title: str = ""
    loudness: float = -16.0  # LUFS, as what is spoken is published
    most_gain: float = 20.0  # dB; whoever whispered into a bad microphone stays quiet
    bits: int = 96_000


class Sounded(msgspec.Struct, frozen=True, kw_only=True):
    loudness: float  # as it was
    gain: float


class Join(msgspec.Struct, frozen=True, kw_only=True):
    """A picture and a sound into one file, as they are."""

    picture: tuple[Stretch, ...]  # of one file
    sound: bool
    seconds: float
    title: str = ""


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    width: int
    height: int


async def sound(roomy: Roomy, spec: Sound, *, files: Mapping[str, int], tell: Tell) -> Sounded:
    """Into the file "to"."""
    return await worked(
        roomy,
        _SOUND,
        spec,
        returns=Sounded,
        files=files,
        raises=(NothingToHear, NoSpace),
        budget=_budget(spec.seconds * _CPU_SOUND),
        tell=tell,
    )


async def join(roomy: Roomy, spec: Join, *, files: Mapping[str, int], tell: Tell) -> Joined:
    """Into the file "to"; the sound is the file "sound"."""
    return await worked(
        roomy,
        _JOIN,
        spec,
        returns=Joined,
        files=files,
        raises=REFUSALS,
        budget=_budget(spec.seconds * _CPU_JOIN),
        tell=tell,
    )


def _budget(seconds: float) -> Budget:
    cpu = 60.0 + seconds
    return Budget(memory=_MEMORY, cpu_seconds=cpu, wall_seconds=cpu * 5)
