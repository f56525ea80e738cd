"""The sliding window in memory."""

from __future__ import annotations

from vtp.edge.limits import Window


def test_no_more_than_the_limit_passes_in_a_window() -> None:
    window = Window(lambda: 3, 60)
    assert [window.wait("ann", now=600 + n) > 0 for n in range(5)] == [False] * 3 + [True] * 2
    assert window.wait("ben", now=605) == 0


def test_what_was_refused_says_when_to_try_again() -> None:
    window = Window(lambda: 2, 60)
    for _ in range(2):
        window.wait("ann", now=610)
    assert window.wait("ann", now=630) == 30


def test_the_window_before_counts_less_and_less() -> None:
    window = Window(lambda: 4, 60)
    for _ in range(4):
        window.wait("ann", now=659)
    refused = window.wait("ann", now=660)
    assert 0 < refused <= 15  # at least a second
    assert [window.wait("ann", now=676) > 0 for _ in range(3)] == [False, False, True]


def test_after_two_quiet_windows_nothing_is_remembered() -> None:
    window = Window(lambda: 1, 60)
    assert window.wait("ann", now=600) == 0
    assert window.wait("ann", now=720) == 0
