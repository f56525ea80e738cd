"""From the state of the parts to that of the whole. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "degraded", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str
    works: bool
    required: bool
    message: str
    latency_ms: float

    @property
    def state(self) -> State:
        if self.works:
            return "ok"
        return "down" if self.required else "degraded"


@dataclass(frozen=True, slots=True)
class Verdict:
    state: State
    ready: bool
    reason: str
    parts: Sequence[Part]


def verdict(parts: Sequence[Part], *, starting: bool, draining: bool) -> Verdict:
    """Ready is who may be given traffic: up, begun, and not about to go."""
    states = {part.state for part in parts}
    state: State = "down" if "down" in states else "degraded" if "degraded" in states else "ok"
    away = [part.name for part in parts if part.state == "down"]
    if starting:
        return Verdict(state, False, "starting", parts)
    if draining:
        return Verdict(state, False, "stopping", parts)
    if away:
        return Verdict(state, False, f"{', '.join(away)} away", parts)
    return Verdict(state, True, "", parts)
