"""What subscribers tell of arrivals is read alike by the compiled estimator and by Python's."""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtp.media.rtp.bandwidth import DelayBandwidth, ReportBandwidth
from vtp.media.rtp.burst import Burst
from vtp.media.rtp.owd import Least, Path
from vtp.media.rtp.twcc import Arrivals
from vtp.media.sfu import loop

pytestmark = pytest.mark.skipif(not loop.COMPILED, reason="there is no compiler here")

_HEADER = 12  # bytes of a feedback before what is read here


def remembered(bandwidth: DelayBandwidth) -> dict[str, Any]:
    views = {"_ends", "_at", "_cum"}  # of the ring
    return {
        name: plain(getattr(bandwidth.path, name)) for name in Path.__slots__ if name not in views
    }


def plain(value: Any) -> Any:
    if isinstance(value, Least):
        return list(value._kept)
    if isinstance(value, Burst):
        return value.before, value.since, value._came
    if isinstance(value, deque | list):
        return list(value)
    return (type(value), value) if isinstance(value, bool | int | float) else repr(value)


@dataclass
class Both:
    """A line and its two estimators."""

    one: DelayBandwidth = field(default_factory=DelayBandwidth)
    other: DelayBandwidth = field(default_factory=DelayBandwidth)

    def sent(self, first: int, packets: int, size: int, now: float) -> None:
        for bandwidth in (self.one, self.other):
            bandwidth.sent(first & 0xFFFF, packets, size, now)

    def heard(self, body: bytes, now: float) -> None:
        loop.hearing("python")(self.one, body, now)
        loop.hearing("auto")(self.other, body, now)
        assert remembered(self.other) == remembered(self.one)

    def tick(self, now: float, used: float, next_step: float | None) -> None:
        first, second = (
            bandwidth.tick(now, used=used, next_step=next_step)
            for bandwidth in (self.one, self.other)
        )
        assert second == first
        assert remembered(self.other) == remembered(self.one)


# What happens to one run on its way: how many packets, what each weighs, which of them are lost,
# how long the way takes, and what the reader is asked meanwhile.
steps = st.tuples(
    st.integers(1, 40),
    st.sampled_from([60, 900, 1_200]),
    st.sets(st.integers(0, 39), max_size=20),
    st.sampled_from([0.02, 0.02, 0.021, 0.05, 0.09, 0.3, 1.5]),
    st.sampled_from(["", "", "", "late", "twice", "tick", "step", "pause"]),
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 65_535), st.lists(steps, min_size=1, max_size=40))
def test_a_line_is_judged_alike(
    start: int, script: list[tuple[int, int, set[int], float, str]]
) -> None:
    both, arrivals, now, seq = Both(), Arrivals(), 100.0, start
    kept: list[bytes] = []
    for packets, size, lost, way, besides in script:
        now += 3.0 if besides == "pause" else 0.06
        both.sent(seq, packets, packets * size, now)
        for place in range(packets):
            if place not in lost:
                arrivals.seen((seq + place) & 0xFFFF, now + way + place / 4_000)
        seq += packets
        told = [report[_HEADER:] for report in arrivals.feedback(now + way + 0.05, 1, 2)]
        kept += told
        if besides == "late":
            continue  # told with the next ones, or never
        for body in kept if besides != "twice" else [*kept, *kept]:
            both.heard(body, now + way + 0.05)
        kept.clear()
        if besides in {"tick", "step"}:
            used = packets * size * 8 / 0.06
            both.tick(now + way + 0.06, used, 2 * used if besides == "step" else None)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 65_535),
    st.integers(0, 300),
    st.lists(st.integers(0, 65_535), max_size=12),
    st.binary(max_size=80),
    st.integers(0, 20),
)
def test_whatever_somebody_says_is_understood_alike(
    first: int, told: int, chunks: list[int], deltas: bytes, before: int
) -> None:
    both = Both()
    both.sent(first - before, 300, 300_000, 10.0)
    head = struct.pack("!HHI", first, told, 0x00_01_00_05)
    both.heard(head + b"".join(struct.pack("!H", chunk) for chunk in chunks) + deltas, 10.1)
    both.heard(deltas, 10.2)


@given(st.integers(1, 200), st.sampled_from([7, 14, 100]))
def test_all_that_came_is_understood_alike_in_each_way_to_write_it(count: int, width: int) -> None:
    chunks = b""
    for left in range(count, 0, -width):
        here = min(left, width)
        if width == 100:
            chunks += struct.pack("!H", 1 << 13 | here)
        elif width == 14:
            chunks += struct.pack("!H", 0x8000 | ((1 << here) - 1) << (14 - here))
        else:
            chunks += struct.pack("!H", 0xC000 | sum(1 << (12 - 2 * n) for n in range(here)))
    both = Both()
    both.sent(5, count, 1_000 * count, 10.0)
    both.heard(struct.pack("!HHI", 5, count, 0x00_01_00_00) + chunks + bytes(count), 10.1)
    assert both.one.path.heard_any


def test_what_is_told_twice_is_counted_alike() -> None:
    both = Both()
    both.sent(1, 40, 40_000, 10.0)
    for first, last in ((1, 10), (6, 20), (1, 20), (15, 30), (40, 40)):
        count = last - first + 1
        head = struct.pack("!HHIH", first, count, 0x00_01_00_00, 1 << 13 | count)
        both.heard(head + bytes(count), 10.0 + last / 100)
    assert both.one.path._counted[0] > 20


def test_a_shock_is_one_alike() -> None:
    """Much is lost, and what came waited long; and a little less of both."""
    for lost, late in ((3, 100), (3, 85), (1, 100)):
        both = Both()
        both.sent(1, 4, 4_000, 10.0)
        both.heard(struct.pack("!HHIH", 1, 4, 0x00_01_00_00, 1 << 13 | 4) + bytes(4), 10.1)
        both.sent(5, 4, 4_000, 10.1)
        came = 4 - lost
        chunk = 0x8000 | ((1 << came) - 1) << (14 - 4)
        ticks = (100 + late) * 4  # quarters of ms
        head = struct.pack("!HHIH", 5, 4, 0x00_01_00_00 + ((ticks >> 8) << 8), chunk)
        both.heard(head + bytes((ticks & 0xFF, *bytes(came - 1))), 10.3)


def test_a_burst_is_measured_alike() -> None:
    both, arrivals = Both(), Arrivals()
    for bandwidth in (both.one, both.other):
        bandwidth.path.expect_burst(1.0)
    both.sent(1, 10, 12_000, 1.0)
    for seq in range(1, 11):
        arrivals.seen(seq, 1.0 + seq / 1_000)
    for report in arrivals.feedback(1.1, 1, 2):
        both.heard(report[_HEADER:], 1.1)
    assert both.one.path.burst_measure(1.2) == both.other.path.burst_measure(1.2)


def test_who_goes_by_reports_hears_nothing_of_arrivals() -> None:
    loop.hearing("auto")(ReportBandwidth(), bytes(20), 1.0)


def test_what_is_no_feedback_is_refused() -> None:
    hear: Any = loop.hearing("auto")
    wrong: Any
    for wrong in ((), (DelayBandwidth(), [], 1.0), (DelayBandwidth(), b"", 1)):
        with pytest.raises(TypeError):
            hear(*wrong)
    with pytest.raises(AttributeError):
        hear(None, b"", 1.0)
