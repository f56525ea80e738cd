"""What is measured, on a registry of our own: no globals, so that two applications never mix."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
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

from vtp.telemetry.processes import Processes

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Seconds; the law of the loop is 10 ms, the aim of a request is 200 ms.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10)
_LAG = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2)
# Ten exponential buckets from 1 KiB to 256 MiB.
_BYTES = tuple(1024.0 * 4**n for n in range(10))
# Whatever else a client calls its method must not become a time series each.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MediaMetrics:
    """Of classes and of everybody in them: emptied and filled again, because people come and go."""

    def __init__(self, gauge: Callable[..., Gauge]) -> None:
        self.drops = gauge("vtp_media_drops", "Datagrams thrown away since the start", "reason")
        self.participants = gauge(
            "vtp_meeting_participants", "People with media in a class", "meeting"
        )
        self.bits = gauge(
            "vtp_peer_bits_per_second", "Media of one participant", "meeting", "peer", "direction"
        )
        self.packets = gauge(
            "vtp_peer_packets", "Packets of one participant", "meeting", "peer", "direction"
        )
        self.lost = gauge(
            "vtp_peer_lost", "Packets of one participant that never came", "meeting", "peer"
        )
        self.missed = gauge(
            "vtp_peer_missed", "Packets that one participant says to have missed", "meeting", "peer"
        )
        self.room = gauge(
            "vtp_peer_room_bits_per_second",
            "What the line to one participant takes; 0: all that is asked",
            "meeting",
            "peer",
        )
        self.peer_drops = gauge(
            "vtp_peer_drops", "Of one participant's, thrown away", "meeting", "peer", "reason"
        )
        self.jitter = gauge(
            "vtp_peer_jitter_seconds",
            "The most of the streams of one participant",
            "meeting",
            "peer",
        )
        self.rtt = gauge(
            "vtp_peer_rtt_seconds", "There and back, as reports tell it", "meeting", "peer"
        )
        self.layers = gauge(
            "vtp_peer_layers", "Pictures that one participant gets", "meeting", "peer", "layer"
        )

    def clear(self) -> None:
        for gauge in vars(self).values():
            gauge.clear()


class Metrics:
    """The instruments, each named for what it counts.

    `parent` is the process id of the supervisor, whose children are then measured, too.
    """

    def __init__(self, data: Path, *, process: str = "web", parent: int = 0) -> None:
        self._data = data
        # prometheus_client makes strings and takes a lock at each `labels`; so what it gave is
        # remembered. Bounded by itself: methods, routes and statuses are.
        self._http = lru_cache(maxsize=None)(self._http_of)
        self.held = lru_cache(maxsize=None)(self._held_of)
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # the names that ready-made dashboards know
        registry.register(Processes(process, parent=parent))
        self.http_seconds = self._histogram(
            "vtp_http_request_seconds", "Duration of requests", "method", "route", "status"
        )
        self.http_active = self._gauge("vtp_http_active", "Requests under way")
        self.upload_bytes = self._histogram("vtp_upload_bytes", "Size of uploads", buckets=_BYTES)
        self.sockets = self._gauge("vtp_sockets", "Socket.IO clients")
        self.socket_events = self._counter(
            "vtp_socket_events", "Events of clients", "event", "outcome"
        )
        self.socket_seconds = self._histogram(
            "vtp_socket_event_seconds", "Duration of events", "event"
        )
        self.loop_lag = self._histogram("vtp_loop_lag_seconds", "Lateness of a timer", buckets=_LAG)
        self.loop_held = self._histogram(
            "vtp_loop_held_seconds",
            "The longest that one request held the loop at a stretch",
            "route",
            buckets=_LAG,
        )
        self.signed_in = self._counter("vtp_signed_in", "Sign-ins", "outcome")
        self.jobs = self._gauge("vtp_jobs", "Jobs that wait or run", "kind", "state")
        self.jobs_oldest = self._gauge(
            "vtp_jobs_oldest_seconds", "How long the oldest waits or runs", "kind", "state"
        )
        self.jobs_ended = self._counter("vtp_jobs_ended", "Jobs that ended", "kind", "outcome")
        self.workers = self._gauge("vtp_workers", "Work processes heard of lately")
        self.media = MediaMetrics(self._gauge)
        self.figure("vtp_disk_free_bytes", "Free where the data is", self.disk_free)
        self.figure("vtp_disk_size_bytes", "Space where the data is", self.disk_size)

    def _histogram(
        self, name: str, about: str, *labels: str, buckets: Iterable[float] = _SECONDS
    ) -> Histogram:
        return Histogram(name, about, labels, buckets=tuple(buckets), registry=self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, labels, registry=self.registry)

    def figure(self, name: str, about: str, ask: Callable[[], float]) -> None:
        """A gauge that is asked when somebody looks."""
        self._gauge(name, about).set_function(ask)

    def request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is its template, never the path that was sent."""
        known = method if method in _METHODS else "(other)"
        self._http(known, route, status).observe(seconds)

    def _http_of(self, method: str, route: str, status: int) -> Histogram:
        return self.http_seconds.labels(method, route, str(status))

    def _held_of(self, route: str) -> Histogram:
        return self.loop_held.labels(route)

    def disk_free(self) -> float:
        """Bytes that are free where the data is."""
        return float(disk_usage(self._data).free)

    def disk_size(self) -> float:
        return float(disk_usage(self._data).total)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it. Blocking: it reads files."""
        return generate_latest(self.registry)
