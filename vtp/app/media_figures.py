"""Figures of classes and of everybody's media, filled in anew now and then."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from vtp.app.classes import Classes
from vtp.media.sfu.figures import PeerFigures
from vtp.telemetry.metrics import Metrics

_EVERY = 5.0  # s


def watch_plane(metrics: Metrics, classes: Classes) -> None:
    """Gauges that are read when somebody looks."""
    figure, stats = metrics.figure, classes.plane.stats
    figure("vtp_media_meetings", "Classes with somebody in", lambda: stats().meetings)
    figure("vtp_media_participants", "People with media", lambda: stats().participants)
    figure(
        "vtp_media_packets_per_second",
        "Packets received and forwarded",
        lambda: stats().packets_per_second,
    )
    figure("vtp_media_late_seconds", "The most that packets waited", lambda: stats().late)
    figure("vtp_media_capacity", "Packets a second that may be", lambda: stats().capacity)
    figure(
        "vtp_presence_waiting",
        "Facts of presence that are not written yet",
        lambda: classes.attendance.waiting,
    )


class PeerWatch:
    """Knows how many bytes there were at the last look, to tell a rate."""

    def __init__(self, metrics: Metrics, classes: Classes) -> None:
        self._metrics = metrics
        self._plane = classes.plane
        self._bytes: dict[tuple[str, str], int] = {}

    async def run(self) -> None:
        """Runs until it is cancelled by its owner."""
        while True:
            await asyncio.sleep(_EVERY)
            self.look()

    def look(self) -> None:
        metrics = self._metrics.media
        metrics.clear()
        for reason, count in self._plane.stats().drops.items():
            metrics.drops.labels(reason).set(count)
        before, self._bytes = self._bytes, {}
        people: Counter[str] = Counter()
        for peer in self._plane.peers():
            people[peer.hall.id] += 1
            if peer.linked:  # nine series each, made anew: a thousand would hold the loop
                self._tell((peer.hall.id, peer.id), peer.stats(), before)
        for meeting, count in people.items():
            metrics.participants.labels(meeting).set(count)

    def _tell(
        self, who: tuple[str, str], figures: PeerFigures, before: dict[tuple[str, str], int]
    ) -> None:
        metrics, links = self._metrics.media, figures.connections
        for direction, packets, size in (
            ("in", sum(c.packets_in for c in links), sum(c.bytes_in for c in links)),
            ("out", sum(c.packets_out for c in links), sum(c.bytes_out for c in links)),
        ):
            key = (who[1], direction)
            self._bytes[key] = size
            fresh = max(0, size - before.get(key, size))
            metrics.bits.labels(*who, direction).set(fresh * 8 / _EVERY)
            metrics.packets.labels(*who, direction).set(packets)
        layers = [layer for sent in figures.sends for layer in sent.layers]
        metrics.lost.labels(*who).set(sum(max(0, layer.lost) for layer in layers))
        metrics.missed.labels(*who).set(sum(max(0, one.lost) for one in figures.receives))
        jitters = [layer.jitter for layer in layers] + [one.jitter for one in figures.receives]
        metrics.jitter.labels(*who).set(max(jitters, default=0))
        rooms = [link.room for link in links if link.room]
        metrics.room.labels(*who).set(min(rooms, default=0))
        for link in links:
            for reason, count in link.drops.items():
                metrics.peer_drops.labels(*who, reason).inc(count)
        metrics.rtt.labels(*who).set(max((link.rtt for link in links), default=0))
        shown: Counter[Any] = Counter(one.layer for one in figures.receives)
        for layer, count in shown.items():
            metrics.layers.labels(*who, str(layer)).set(count)
