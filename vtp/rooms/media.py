"""What a class asks of the media plane, and what it is told by it. `vtp.media.sfu` fits this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from vtp.media.capture.link import Tap
from vtp.media.rtp.ortc import Published
from vtp.media.rtp.ortc_types import (
    DtlsParameters,
    IceCandidate,
    IceParameters,
    Kind,
    RtpCapabilities,
    RtpParameters,
)
from vtp.media.sfu.figures import PeerFigures, PlaneFigures
from vtp.media.sfu.tap import Sink

Direction = Literal["send", "recv"]


class Transport(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def state(self) -> str:
        """new, connecting, connected, disconnected; at its end failed or closed."""

    @property
    def reachable(self) -> bool:
        """Whether the other side still consents to be sent anything (RFC 7675)."""

    def ice_parameters(self) -> IceParameters: ...

    def candidates(self) -> Sequence[IceCandidate]: ...

    def dtls_parameters(self) -> DtlsParameters: ...

    def restart_ice(self) -> None:
        """New ICE parameters from now on; media goes on over the old way until the new one."""


class Producer(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def published(self) -> Published: ...

    def pause(self) -> None:
        """Forward nothing of it, whatever its sender does."""

    def resume(self, now: float) -> None: ...

    def tap(self, sink: Sink, now: float) -> Tap: ...

    def close(self) -> None: ...


class Consumer(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def producer(self) -> Producer: ...

    @property
    def parameters(self) -> RtpParameters: ...

    def resume(self, now: float) -> None: ...

    def pause(self) -> None: ...

    def prefer(self, *, width: int, height: int, pinned: bool, now: float) -> None:
        """The size in which it is shown, in pixels of the screen."""

    def close(self) -> None: ...


class Slot(Protocol):
    """A stream that a subscriber was promised, whatever is shown in it."""

    @property
    def ssrc(self) -> int: ...

    @property
    def rtx_ssrc(self) -> int: ...


class Peer(Protocol):
    """The media of one participant. What is not its own, it does not find."""

    def create_transport(self, direction: Direction) -> Transport: ...

    def transport(self, transport_id: str) -> Transport: ...

    async def connect(self, transport_id: str, parameters: DtlsParameters) -> None: ...

    def produce(
        self,
        transport_id: str,
        kind: Kind,
        parameters: RtpParameters,
        *,
        track_id: str,
        source: str,
        paused: bool = False,
    ) -> Producer: ...

    def slot(self, transport_id: str) -> Slot: ...

    def consume(
        self,
        transport_id: str,
        producer: Any,
        capabilities: RtpCapabilities,
        *,
        slot: Any = None,
    ) -> Consumer:
        """A producer of the same plane; paused, until its watcher says that it is ready.

        In a slot of this peer only when what was there before is closed.
        """

    def consumer(self, consumer_id: str) -> Consumer: ...

    def stats(self) -> PeerFigures: ...

    def close(self) -> None: ...


class PeerEvents(Protocol):
    """Called on the loop; returns at once."""

    def media(self, *, flowing: bool) -> None: ...

    def wanted(self, producer: Producer, layers: tuple[bool, ...]) -> None: ...

    def layer(self, consumer: Consumer, layer: int, reason: str) -> None: ...


class HallEvents(Protocol):
    """Called on the loop; returns at once."""

    def speaking(self, active: str | None, speaking: tuple[str, ...]) -> None: ...


class Plane(Protocol):
    @property
    def capabilities(self) -> RtpCapabilities: ...

    def full(self) -> bool:
        """Whether one more participant would make it worse for everybody."""

    def stats(self) -> PlaneFigures: ...

    def hall(self, hall_id: str, events: HallEvents) -> Any:
        """Those who hear each other; made with its first peer, and gone with its last."""

    def peer(self, hall: Any, peer_id: str, events: PeerEvents) -> Peer: ...
