"""What settings are made of: a section, and numbers with their bounds."""

from __future__ import annotations

from typing import Annotated

import msgspec

# 0 takes a free one.
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
# What nothing works with is refused at the start, with the name of the setting.
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
Pause = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Spare = Annotated[int, msgspec.Meta(ge=0)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass
