"""The words of recordings. Pure."""

from __future__ import annotations

from typing import Literal

State = Literal["recording", "paused", "processing", "ready", "failed"]
# Those who host the room see all of its recordings; `room`: everybody for whom the room is.
Visibility = Literal["hosts", "room"]
Role = Literal["host", "member"]
