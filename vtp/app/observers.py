"""What the edge tells of itself, put into the instruments of telemetry."""

from __future__ import annotations

from dataclasses import dataclass

from vtp.telemetry.metrics import Metrics

# Where people sign in: how often that works is the first figure that an operator asks for.
_SIGN_IN = frozenset({"/login", "/api/v1/auth/login"})


@dataclass(frozen=True, slots=True)
class HttpObserver:
    """`vtp.edge.front.Observe`."""

    metrics: Metrics

    def begin(self) -> None:
        self.metrics.http_active.inc()

    def held(self, route: str, seconds: float) -> None:
        self.metrics.held(route).observe(seconds)

    def uploaded(self, size: int) -> None:
        self.metrics.upload_bytes.observe(size)

    def end(self, *, method: str, route: str, status: int, seconds: float) -> None:
        self.metrics.http_active.dec()
        self.metrics.request(method=method, route=route, status=status, seconds=seconds)
        if method == "POST" and route in _SIGN_IN:
            self.metrics.signed_in.labels("ok" if status < 400 else "refused").inc()


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
