"""Where a mixer begins, and what is known when it ends. Pure."""

from __future__ import annotations

import msgspec

FUNCTION = "vtp.media.recorder.inside.mixing:mix"


class MixSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Ticks of 48 kHz on the recording."""

    heard_from: int  # it is told the voices from here on, so that decoders come to themselves
    opus_from: int
    aac_from: int


class Mixed(msgspec.Struct, frozen=True, kw_only=True):
    ticks: int
