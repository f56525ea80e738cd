"""What is said in a recording, written down by an engine in a child behind walls.

An engine is a function `(Speech, files) -> Spoken` of a module that a setting names; it hears
by `vtp.media.pack.inside.listening`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vtp.errors import Invalid
from vtp.media.pack.ladder import REFUSALS
from vtp.media.pack.previews import Voice
from vtp.media.pack.roomy import Budget, Roomy, Tell, worked

# Files of the model stand among the others under this and their name.
MODEL = "model:"
RATE = 16_000  # samples a second, as engines want them


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    voices: tuple[Voice, ...]
    language: str = ""  # "": the engine finds out
    threads: int = 1


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    language: str  # BCP 47
    cues: tuple[tuple[float, float, str], ...]  # from, until, in seconds of the recording


class NothingSaid(Invalid):
    """Nobody said anything that could be understood."""

    code = "nothing_said"


class BrokenModel(Invalid):
    """The model of the program that writes captions cannot be read."""

    code = "transcriber_broken_model"


async def transcribed(
    roomy: Roomy,
    engine: str,
    spec: Speech,
    *,
    files: Mapping[str, int],
    memory: int,
    tell: Tell,
) -> Spoken:
    """Slower than anything else: a large model takes several times as long as was spoken."""
    seconds = 600.0 + 20.0 * sum(one.stretch.seconds for one in spec.voices)
    return await worked(
        roomy,
        engine,
        spec,
        returns=Spoken,
        files=files,
        raises=(*REFUSALS, NothingSaid, BrokenModel),
        budget=Budget(memory=memory, cpu_seconds=seconds * spec.threads, wall_seconds=seconds),
        tell=tell,
    )
