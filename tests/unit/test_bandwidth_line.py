"""Rate control by feedback, on lines that get worse and better under a clock moved by hand."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import pytest

from tests.support.link import Camera, Line, Viewer, steps
from vtp.media.rtp.allocation import Priority
from vtp.media.rtp.bandwidth import DelayBandwidth

BEGIN = 100.0  # the clock of a viewer starts here
seeds = pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))]
)


def viewer(line: Line, *cameras: Camera, seed: int = 1) -> Viewer:
    line.seed = seed
    return Viewer(line, DelayBandwidth(), *cameras, seed=seed)


def layer_at(camera: Camera, second: float) -> int:
    return [layer for at, layer in camera.changed if at <= BEGIN + second][-1]


def longest_gap(watching: Viewer, since: float, until: float) -> float:
    """Seconds without a packet."""
    times = [at - BEGIN for at, _ in watching.arrived if since <= at - BEGIN <= until]
    return max(later - earlier for earlier, later in pairwise([since, *times, until]))


@seeds
def test_steps_of_the_line_end_on_the_right_layer(seed: int) -> None:
    line = Line(steps((0, 3e6), (16, 0.6e6), (34, 1.5e6), (52, 3e6)))
    watching = viewer(line, seed=seed).run(72)
    [camera] = watching.cameras
    assert layer_at(camera, 15.9) == 2
    assert layer_at(camera, 17.0) <= 1, "down within a second"
    assert longest_gap(watching, 16, 34) < 1.0, "and the picture is not frozen for one"
    assert all(0 <= layer_at(camera, second) <= 1 for second in range(18, 34))
    assert layer_at(camera, 50) == 1
    assert layer_at(camera, 57) == 2, "top within five seconds"
    assert watching.falls() == 1
    assert watching.padded < 0.06 * watching.media


@seeds
def test_two_percent_of_chance_losses_do_not_make_it_fall(seed: int) -> None:
    watching = viewer(Line(steps((0, 3e6)), loss=0.02), seed=seed).run(60)
    assert watching.falls() == 0
    assert watching.layers() == [2]


@seeds
def test_five_percent_of_chance_losses_do_not_take_the_best_layer_for_long(seed: int) -> None:
    watching = viewer(Line(steps((0, 3e6)), loss=0.05), seed=seed).run(40)
    [camera] = watching.cameras
    best = sum(layer_at(camera, second) == 2 for second in range(10, 40))
    assert best >= 27, "of thirty seconds"


@seeds
def test_a_line_that_falls_to_500_kbit_is_sent_what_fits_and_more_again_later(seed: int) -> None:
    line = Line(steps((0, 3e6), (15, 500_000.0), (35, 3e6)), loss=0.02)
    watching = viewer(line, seed=seed).run(60)
    [camera] = watching.cameras
    assert layer_at(camera, 14.9) == 2
    assert layer_at(camera, 18.0) == 0, "the one of 150 kbit/s, within three seconds"
    assert longest_gap(watching, 15, 35) < 1.0, "and the picture does not stand still"
    assert all(layer_at(camera, second) <= 1 for second in range(19, 35))
    assert watching.layers() == [2]


@seeds
def test_chance_losses_do_not_hide_a_line_that_gets_narrow(seed: int) -> None:
    line = Line(steps((0, 3e6), (10, 0.6e6), (30, 3e6)), loss=0.02, jitter=0.02)
    watching = viewer(line, seed=seed).run(45)
    [camera] = watching.cameras
    assert layer_at(camera, 11.5) <= 1
    assert watching.layers() == [2]


@seeds
@pytest.mark.parametrize("jitter", [0.03, 0.05, 0.06])
def test_jitter_and_overtaking_are_not_a_queue(seed: int, jitter: float) -> None:
    line = Line(steps((0, 3e6)), jitter=jitter, overtakes=0.02)
    watching = viewer(line, seed=seed).run(40)
    assert watching.falls() == 0


def test_a_feedback_that_stays_away_is_taken_for_a_broken_line() -> None:
    watching = Viewer(
        Line(steps((0, 3e6))),
        DelayBandwidth(),
        feedback=lambda now: not BEGIN + 10 < now < BEGIN + 13,
    ).run(30)
    [camera] = watching.cameras
    assert layer_at(camera, 11.2) < 2
    assert layer_at(camera, 12.9) == 0, "the smallest goes on: it brings the news"
    assert watching.layers() == [2]


def test_a_way_that_got_longer_is_not_a_queue() -> None:
    line = Line(steps((0, 3e6)))
    watching = viewer(line).run(10)
    line.delay = 0.125
    watching.run(10)
    assert watching.falls() <= 1
    assert watching.layers() == [2]


def test_a_long_way_is_not_a_broken_one() -> None:
    line = Line(steps((0, 3e6), (10, 0.6e6), (30, 3e6)), delay=0.3)
    watching = viewer(line).run(10)
    assert watching.falls() == 0
    watching.run(40)
    assert watching.layers() == [2]


def test_a_line_with_a_deep_queue_is_not_filled() -> None:
    line = Line(steps((0, 3e6), (10, 0.6e6)), queue=3.0)
    watching = viewer(line).run(30)
    assert 0 <= watching.layers()[0] <= 1
    assert watching.rate(10.0) < 0.6e6
    assert line.dropped == 0


def test_a_line_that_drops_without_a_queue_is_not_stepped_over() -> None:
    line = Line(steps((0, 1e6)), queue=0.01, bucket=30_000)
    watching = viewer(line).run(60)
    assert watching.layers() == [1]
    assert watching.falls(BEGIN + 2) == 0, "what runs does not pay for a proof that failed"


def test_a_line_too_narrow_for_any_picture_is_left_and_asked_again_seldom() -> None:
    watching = viewer(Line(steps((0, 1e5), (60, 1e6)))).run(60)
    [camera] = watching.cameras
    assert 0 < sum(layer == 0 for at, layer in camera.changed if at > BEGIN + 2) <= 6
    watching.run(45)
    assert camera.given >= 0, "and seen again when there is room"


def test_pictures_share_a_line_by_priority() -> None:
    tiles = [Camera(key=f"tile {n}", wish=0) for n in range(4)]
    speaker = Camera(key="speaker", priority=Priority.SPEAKER)
    screen = Camera(key="screen", layers=(400_000.0,), wish=0, priority=Priority.SCREEN)
    line = Line(steps((0, 5e6), (10, 1.9e6), (40, 5e6)))
    watching = viewer(line, *tiles, speaker, screen).run(38)
    assert screen.given == 0
    assert speaker.given == 1
    assert watching.falls(BEGIN + 20) == 0
    watching.run(20)
    assert speaker.given == 2
    assert [tile.given for tile in tiles] == [0, 0, 0, 0]


def test_a_still_screen_is_left_alone() -> None:
    line = Line(steps((0, 3e6), (10, 0.3e6)))
    screen = Camera(layers=(20_000.0,), wish=0, priority=Priority.SCREEN)
    assert viewer(line, screen).run(30).falls() == 0


def test_a_stall_of_our_own_is_not_a_queue() -> None:
    def after_a_stall(*, told: bool) -> int:
        watching = viewer(Line(steps((0, 3e6)))).run(10)
        watching.stall(0.4, told=told)
        return watching.run(5).falls()

    assert after_a_stall(told=False) == 1, "it would be taken for one"
    assert after_a_stall(told=True) == 0


def test_a_first_budget_is_a_ceiling_until_more_is_proved() -> None:
    watching = Viewer(Line(steps((0, 5e6))), DelayBandwidth(300_000.0))
    watching.run(0.5)
    assert watching.layers() == [0]
    watching.run(20)
    assert watching.layers() == [2]
    assert watching.falls() == 0


def test_nothing_is_tried_where_nothing_is_missing() -> None:
    watching = viewer(Line(steps((0, 3e6)))).run(10)
    assert watching.padded == 0
    assert watching.actions[-1][1].budget == inf


@pytest.mark.parametrize("tick", [0.05, 0.105, 0.12])
def test_when_it_is_looked_at_makes_no_difference_to_a_proof(tick: float) -> None:
    """Feedback comes some time between two looks, and looks are later than they should be."""
    for phase in range(20):
        line = Line(steps((0, 3e6), (5, 0.5e6), (15, 6e6)))
        watching = Viewer(line, DelayBandwidth(), tick=tick, feedback_at=0.005 * phase).run(28)
        assert watching.layers() == [2], phase
