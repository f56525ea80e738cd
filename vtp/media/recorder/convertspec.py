"""What a converter of pictures is asked, and what is known when it ends. Pure."""

from __future__ import annotations

import msgspec

FUNCTION = "vtp.media.recorder.inside.converting:convert"


class ConvertSpec(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Converted(msgspec.Struct, frozen=True, kw_only=True):
    pictures: int
