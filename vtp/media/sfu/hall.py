"""Who hears each other: the peers of one meeting, and who of them speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from vtp.media.rtp.speaking import Speaking

if TYPE_CHECKING:
    from vtp.media.sfu.peer import Peer


class HallEvents(Protocol):
    def speaking(self, active: str | None, speaking: tuple[str, ...]) -> None: ...


class Hall:
    def __init__(self, hall_id: str, events: HallEvents) -> None:
        self.id = hall_id
        self.peers: dict[str, Peer] = {}
        self._events = events
        self._speaking = Speaking()
        self.active: str | None = None
        self.voices = 0  # tracks of sound

    def heard(self, peer_id: str, level: int, now: float) -> None:
        """`level` is 0 for the loudest and 127 for silence (RFC 6464)."""
        self._speaking.level(peer_id, level, now)

    def left(self, peer_id: str) -> None:
        self.peers.pop(peer_id, None)
        self._speaking.forget(peer_id)

    def tick(self, now: float) -> None:
        if (change := self._speaking.tick(now)) is not None:
            self.active = change.active
            self._events.speaking(change.active, change.speaking)
