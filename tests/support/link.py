"""A line and a camera on a clock that is moved by hand: for trying out rate control in no time.

`Line` is a token bucket with a drop-tail queue, a one-way delay, seeded losses, jitter and packets
that overtake. `Viewer` is one subscriber behind it who is sent a picture in layers, as the router
does it: measured rates, allocation, key frames at every switch, probes by repairs.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from vtp.media.rtp.allocation import Allocation, Priority, Want
from vtp.media.rtp.bandwidth import Action, Bandwidth
from vtp.media.rtp.twcc import Arrivals

PACKET = 1200  # bytes
FRAME = 1 / 30  # s
FEEDBACK = 0.0625  # s; Chromium sends 14 to 16 a second
TICK = 0.05


@dataclass
class Line:
    rate: Callable[[float], float]  # bit/s at a moment
    delay: float = 0.025  # s, each way
    queue: float = 0.2  # s at the rate; what does not fit is dropped
    bucket: int = 3000  # bytes that pass at once
    loss: float = 0.0
    jitter: float = 0.0  # s, evenly between none and this
    overtakes: float = 0.0  # share of packets that are 15 ms late
    seed: int = 1
    dropped: int = 0
    _free_at: float = 0.0  # when the line has carried all that was given to it

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._last = 0.0

    def carry(self, size: int, now: float) -> float | None:
        """When it arrives; None when it does not."""
        rate = self.rate(now)
        start = max(self._free_at, now - self.bucket * 8 / rate)
        leaves = start + size * 8 / rate
        if leaves - now > self.queue:
            self.dropped += 1
            return None
        self._free_at = leaves
        if self._random.random() < self.loss:
            return None
        # Jitter of one path keeps the order; overtaking is another thing.
        arrives = max(
            self._last, max(leaves, now) + self.delay + self._random.random() * self.jitter
        )
        self._last = arrives
        return arrives + (0.015 if self._random.random() < self.overtakes else 0.0)


@dataclass
class Camera:
    """Layers with a little life in their rates; a key frame has five times the bytes."""

    layers: tuple[float, ...] = (150_000.0, 520_000.0, 1_750_000.0)
    swing: float = 0.15
    priority: int = Priority.OTHER
    key: str = "camera"
    wish: int = 2
    given: int = -1
    running: int = -1
    changed: list[tuple[float, int]] = field(default_factory=list)

    def rates(self) -> tuple[float, ...]:
        return self.layers


class Viewer:
    """Runs until a moment; what happened is in `given`, `delivered` and `frozen`."""

    def __init__(
        self,
        line: Line,
        bandwidth: Bandwidth,
        *cameras: Camera,
        feedback: Callable[[float], bool] | None = None,
        reports: bool = False,
        seed: int = 7,
        tick: float = TICK,
        feedback_at: float = 0.02,
    ) -> None:
        self._tick_time = tick
        self.line = line
        self.bandwidth = bandwidth
        self.cameras = cameras or (Camera(),)
        self.now = 100.0
        self.actions: list[tuple[float, Action]] = []
        self.arrived: list[tuple[float, int]] = []
        self.padded = self.media = 0
        self._line_lag = 0.0
        self._feedback = feedback
        self._reports = reports
        self._random = random.Random(seed)
        self._allocation = Allocation()
        self._arrivals = Arrivals()
        self._seq = self._random.randrange(65536)
        self._order = 0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._sent = self._came = 0
        self._gaps: deque[tuple[float, int]] = deque()
        self._told = (0, 0)
        self._switches: dict[str, int] = {}
        for at, every, what in (
            (0.0, tick, self._tick),
            (0.011, FRAME, self._frame),
            (feedback_at, FEEDBACK, self._send_feedback),
            (0.5, 1.0, self._send_report),
        ):
            self._repeat(self.now + at, every, what)

    def run(self, seconds: float) -> Viewer:
        until = self.now + seconds
        while self._events and self._events[0][0] <= until:
            self.now, _, what = heapq.heappop(self._events)
            what()
        self.now = until
        return self

    def stall(self, seconds: float, *, told: bool) -> None:
        """The router is late: a tenth of a second's packets leave so much after their time."""
        self._line_lag = seconds
        self.run(0.1)
        self._line_lag = 0.0
        if told:
            self.bandwidth.given(seconds, self.now)

    def layers(self) -> list[int]:
        return [camera.given for camera in self.cameras]

    def rate(self, seconds: float) -> float:
        """What arrived in the last seconds, bit/s."""
        since = self.now - seconds
        return sum(size for at, size in self.arrived if at >= since) * 8 / seconds

    def falls(self, since: float = 0.0) -> int:
        return sum(action.dropped for at, action in self.actions if at >= since)

    def _at(self, when: float, what: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._events, (when, self._order, what))

    def _repeat(self, when: float, every: float, what: Callable[[], None]) -> None:
        def again() -> None:
            what()
            self._at(self.now + every, again)

        self._at(when, again)

    def _send(self, size: int) -> None:
        self._seq = (self._seq + 1) & 0xFFFF
        self._sent += 1
        self.bandwidth.sent(self._seq, 1, size, self.now)
        arrives = self.line.carry(size, self.now + self._line_lag)
        if arrives is None:
            self._at(self.now + 0.1, self._ask_again)
            return
        self._at(arrives, lambda seq=self._seq: self._arrive(seq, size))  # type: ignore[misc]  # a default argument binds the number now

    def _arrive(self, seq: int, size: int) -> None:
        self._came += 1
        self._arrivals.seen(seq, self.now)
        self.arrived.append((self.now, size))

    def _frame(self) -> None:
        for camera in self.cameras:
            if camera.given != camera.running:
                camera.running = camera.given
                self._switches[camera.key] = 1
            if camera.running < 0:
                continue
            size = camera.layers[camera.running] * FRAME / 8
            size *= 1 + camera.swing * (2 * self._random.random() - 1)
            if self._switches.pop(camera.key, 0):
                size *= 5
            self.media += int(size)
            while size > 0:
                self._send(int(max(60, min(PACKET, size))))
                size -= PACKET

    def _tick(self) -> None:
        wants = [
            Want(camera.key, camera.priority, camera.rates(), camera.wish)
            for camera in self.cameras
        ]
        used = sum(camera.layers[camera.running] for camera in self.cameras if camera.running >= 0)
        action = self.bandwidth.tick(
            self.now, used=used, next_step=self._allocation.next_step(wants)
        )
        self.actions.append((self.now, action))
        layers = self._allocation.allocate(action.budget, wants, self.now)
        for camera, layer in zip(self.cameras, layers, strict=True):
            if layer != camera.given:
                camera.changed.append((self.now, layer))
            camera.given = layer
            if action.dropped and layer < camera.running:
                camera.running = -1  # stops now, goes on with the next key frame
        self._probe(action.burst + int(action.padding * self._tick_time / 8))

    def _probe(self, wanted: int) -> None:
        if not any(camera.running >= 0 for camera in self.cameras):
            return
        self.padded += max(0, wanted)
        while wanted > 0:
            self._send(PACKET)
            wanted -= PACKET

    def _send_feedback(self) -> None:
        if self._reports or (self._feedback is not None and not self._feedback(self.now)):
            return
        for packet in self._arrivals.feedback(self.now, 1, 2):
            end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
            body = packet[12:end]
            self._at(
                self.now + self.line.delay,
                lambda body=body: self.bandwidth.feedback(body, self.now),  # type: ignore[misc]  # a default argument binds the body now
            )

    def _ask_again(self) -> None:
        if self._reports:
            self.bandwidth.nacked(1, self._sent, self.now)

    def _send_report(self) -> None:
        if not self._reports:
            return
        sent, came = self._sent - self._told[0], self._came - self._told[1]
        self._told = (self._sent, self._came)
        fraction = max(0.0, 1 - came / sent) if sent else 0.0
        self.bandwidth.report(
            fraction, self._sent - self._came, self._sent, 2 * self.line.delay, self.now
        )


def steps(*rates: tuple[float, float]) -> Callable[[float], float]:
    """Rates from moments on, seconds after the begin."""

    def rate(now: float) -> float:
        return [bps for since, bps in rates if now >= 100.0 + since][-1]

    return rate
