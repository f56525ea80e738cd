"""Rate control without transport-wide feedback: by complaints and trials."""

from __future__ import annotations

import pytest

from tests.support.link import Line, Viewer, steps
from vtp.media.rtp.bandwidth import ReportBandwidth

BEGIN = 100.0
seeds = pytest.mark.parametrize("seed", [1, 2, 3])


def viewer(line: Line, *, seed: int) -> Viewer:
    line.seed = seed
    return Viewer(line, ReportBandwidth(), reports=True, seed=seed)


@seeds
def test_a_line_that_gets_narrow_ends_on_a_layer_that_fits(seed: int) -> None:
    watching = viewer(Line(steps((0, 3e6), (16, 0.6e6))), seed=seed).run(20)
    assert 0 <= watching.layers()[0] <= 1
    watching.run(30)
    high = [at for at, layer in watching.cameras[0].changed if layer == 2 and at > BEGIN + 20]
    assert len(high) <= 3, "trials become seldom"


@seeds
def test_a_line_that_gets_wide_is_used_again(seed: int) -> None:
    watching = viewer(Line(steps((0, 3e6), (16, 0.6e6), (36, 3e6))), seed=seed).run(85)
    assert watching.layers() == [2]


@seeds
def test_two_percent_of_chance_losses_do_not_make_it_fall(seed: int) -> None:
    watching = viewer(Line(steps((0, 3e6)), loss=0.02), seed=seed).run(120)
    assert watching.falls() == 0


def told(*, packets: int, lost: int, times: int = 1) -> ReportBandwidth:
    bandwidth = ReportBandwidth()
    for n in range(times + 1):
        bandwidth.report(lost / packets, n * lost, n * packets, 0.05, n * 1.0, ssrc=7)
    return bandwidth


def falls(bandwidth: ReportBandwidth, now: float) -> bool:
    return bandwidth.tick(now, used=1e6, next_step=None).dropped


def test_losses_of_a_few_packets_are_chance() -> None:
    assert not falls(told(packets=15, lost=3), 1.0)
    assert falls(told(packets=60, lost=12), 1.0)


def test_losses_of_a_slow_stream_count_when_they_go_on() -> None:
    assert falls(told(packets=20, lost=4, times=3), 3.0)


def test_two_streams_do_not_mix_their_numbers() -> None:
    bandwidth = ReportBandwidth()
    for n in range(5):
        bandwidth.report(0.5, 0, 1000 + n * 100, 0.05, n * 1.0, ssrc=1)
        bandwidth.report(0.5, 0, 900_000 + n * 100, 0.05, n * 1.0, ssrc=2)
        assert not falls(bandwidth, n * 1.0)


def test_many_requests_are_heard_before_a_report_comes() -> None:
    bandwidth = ReportBandwidth()
    for n in range(45):
        bandwidth.nacked(1, 1000 + n, 5.0 + n / 200, ssrc=7)
    action = bandwidth.tick(5.2, used=2e6, next_step=None)
    assert action.dropped
    assert action.budget < 1e6


def test_a_few_requests_among_many_packets_are_no_complaint() -> None:
    bandwidth = ReportBandwidth()
    bandwidth.nacked(1, 0, 4.0, ssrc=7)
    for n in range(12):
        bandwidth.nacked(1, 300 + 10 * n, 5.0 + n / 50, ssrc=7)
    assert not falls(bandwidth, 5.2)


def test_a_round_trip_that_rises_twice_is_a_queue() -> None:
    bandwidth = ReportBandwidth()
    for second, rtt in enumerate((0.05, 0.06, 0.25)):
        bandwidth.report(0.0, 0, second * 100, rtt, second, ssrc=7)
    assert not falls(bandwidth, 2.0)
    bandwidth.report(0.0, 0, 300, 0.25, 3.0, ssrc=7)
    assert falls(bandwidth, 3.0)


def test_what_is_told_while_the_loop_is_late_is_not_believed() -> None:
    bandwidth = told(packets=60, lost=30)
    bandwidth.given(0.2, 1.0)
    assert not falls(bandwidth, 1.0)
    assert not falls(bandwidth, 2.0)


def test_nothing_falls_where_nothing_is_sent() -> None:
    bandwidth = told(packets=60, lost=30)
    assert not bandwidth.tick(1.0, used=0.0, next_step=None).dropped
