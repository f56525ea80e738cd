"""What is measured, on a registry of our own: no globals, so that two applications never mix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import disk_usage

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Seconds; the law of the loop is 10 ms, the aim of a request is 200 ms.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10)
_LAG = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2)
# Ten exponential buckets from 1 KiB.
_BYTES = tuple(1024.0 * 4**n for n in range(10))


class Metrics:
    """The instruments, each named for what it counts."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.http_seconds = Histogram(
            "vtp_http_request_seconds",
            "Duration of requests",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=registry,
        )
        self.http_active = Gauge("vtp_http_active", "Requests under way", registry=registry)
        self.upload_bytes = Histogram(
            "vtp_upload_bytes", "Size of uploads", buckets=_BYTES, registry=registry
        )
        self.sockets = Gauge("vtp_sockets", "Socket.IO clients", registry=registry)
        self.socket_events = Counter(
            "vtp_socket_events", "Events of clients", ("event", "outcome"), registry=registry
        )
        self.socket_seconds = Histogram(
            "vtp_socket_event_seconds",
            "Duration of events",
            ("event",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.loop_lag = Histogram(
            "vtp_loop_lag_seconds", "Lateness of a timer", buckets=_LAG, registry=registry
        )
        self.loop_held = Histogram(
            "vtp_loop_held_seconds",
            "The longest that one request held the loop at a stretch",
            ("route",),
            buckets=_LAG,
            registry=registry,
        )
        self.signed_in = Counter("vtp_signed_in", "Sign-ins", ("outcome",), registry=registry)
        self.jobs = Gauge("vtp_jobs", "Jobs that wait or run", ("kind", "state"), registry=registry)
        self.jobs_oldest = Gauge(
            "vtp_jobs_oldest_seconds", "How long the oldest waits", ("kind",), registry=registry
        )
        self.workers = Gauge("vtp_workers", "Work processes heard of lately", registry=registry)
        self.figure("vtp_disk_free_bytes", "Free where the data is", self.disk_free)

    def figure(self, name: str, about: str, ask: Callable[[], float]) -> None:
        """A gauge that is asked when somebody looks."""
        Gauge(name, about, registry=self.registry).set_function(ask)

    def disk_free(self) -> float:
        """Bytes that are free where the data is."""
        return float(disk_usage(self._data).free)

    def text(self) -> bytes:
        return generate_latest(self.registry)
