"""What the edge tells of itself, put into the instruments of telemetry."""

from __future__ import annotations

from dataclasses import dataclass

from vtp.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class HttpObserver:
    """`vtp.edge.front.Observe`."""

    metrics: Metrics

    def begin(self) -> None:
        self.metrics.http_active.inc()

    def end(self, *, method: str, route: str, status: int, seconds: float) -> None:
        self.metrics.http_active.dec()
        self.metrics.http_seconds.labels(method, route, str(status)).observe(seconds)


@dataclass(frozen=True, slots=True)
class SocketObserver:
    """`vtp.edge.sockets.dispatch.Observe`."""

    metrics: Metrics

    def opened(self) -> None:
        self.metrics.sockets.inc()

    def closed(self, code: str) -> None:
        self.metrics.sockets.dec()
        self.metrics.socket_events.labels("(closed)", code).inc()

    def event(self, name: str, outcome: str, seconds: float) -> None:
        self.metrics.socket_events.labels(name, outcome).inc()
        self.metrics.socket_seconds.labels(name).observe(seconds)
