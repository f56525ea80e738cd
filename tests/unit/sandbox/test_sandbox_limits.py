"""How much a child may use, what its end means, and what is believed of its words."""

from __future__ import annotations

import math
import resource
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.errors import Problem
from vtp.sandbox import wire
from vtp.sandbox.failures import Crashed, OutOfMemory, Refused, Stuck, TimedOut, TooMuchOutput
from vtp.sandbox.limits import (
    THREADS,
    Cut,
    End,
    Limits,
    countable_threads,
    resource_limits,
    verdict,
)
from vtp.sandbox.work import frames

_LIMITS = Limits(memory=1 << 28, cpu_seconds=2.5, wall_seconds=10.0, output=1000)


def an_end(status: int, *, cut: Cut | None = None, cpu_seconds: float = 0.1) -> End:
    return End(status=status, cut=cut, limits=_LIMITS, cpu_seconds=cpu_seconds)


@pytest.mark.parametrize(
    ("end", "failure"),
    [
        (an_end(0), type(None)),
        (an_end(3), Crashed),
        (an_end(-signal.SIGSEGV), Crashed),
        (an_end(-signal.SIGSYS), Crashed),
        (an_end(-signal.SIGXCPU), TimedOut),
        (an_end(-signal.SIGKILL, cpu_seconds=3.6), TimedOut),
        (an_end(-signal.SIGKILL), OutOfMemory),
        (an_end(-signal.SIGKILL, cut=Cut.TIME), TimedOut),
        (an_end(-signal.SIGKILL, cut=Cut.STILL), Stuck),
        (an_end(-signal.SIGKILL, cut=Cut.OUTPUT), TooMuchOutput),
        (an_end(-signal.SIGKILL, cut=Cut.LEFT), Crashed),
        (an_end(-signal.SIGXFSZ), TooMuchOutput),
        (an_end(0, cut=Cut.OUTPUT), TooMuchOutput),
    ],
)
def test_each_end_has_a_meaning(end: End, failure: type[Problem]) -> None:
    assert type(verdict(end)) is failure


@pytest.mark.parametrize(
    ("status", "how"),
    [(7, "exit 7"), (-signal.SIGBUS, "SIGBUS"), (-signal.SIGRTMIN - 3, "signal 37")],
)
def test_a_crash_says_how(status: int, how: str) -> None:
    failure = verdict(an_end(status))
    assert isinstance(failure, Crashed)
    assert failure.how == how


def test_cpu_time_warns_before_it_kills_and_counts_whole_seconds() -> None:
    table = resource_limits(_LIMITS, threads=None)
    assert table[resource.RLIMIT_CPU] == (3, 4)
    assert table[resource.RLIMIT_CORE] == (0, 0)
    assert table[resource.RLIMIT_RTPRIO] == (0, 0)
    assert table[resource.RLIMIT_AS] == (1 << 28, 1 << 28)
    assert table[resource.RLIMIT_FSIZE] == (1000, 1000)
    assert resource.RLIMIT_NPROC not in table


def test_a_child_that_lives_as_long_as_a_class_has_no_limit_of_cpu_time() -> None:
    limits = Limits(memory=1, cpu_seconds=math.inf, wall_seconds=math.inf, output=1)
    table = resource_limits(limits, threads=5)
    assert resource.RLIMIT_CPU not in table
    assert table[resource.RLIMIT_NPROC] == (5, 5)


@pytest.mark.parametrize(
    ("release", "own_namespace", "threads"),
    [
        ("6.1.0-18-amd64", True, THREADS),
        ("6.1.0-18-amd64", False, None),
        ("5.14.0", True, THREADS),
        ("5.10.0-28-amd64", True, None),
        ("6", True, THREADS),
        ("strange", True, None),
    ],
)
def test_threads_are_counted_only_where_the_count_is_the_child_s_own(
    release: str, own_namespace: bool, threads: int | None
) -> None:
    assert countable_threads(release, own_namespace=own_namespace) == threads


@pytest.mark.parametrize(
    "name",
    [
        *(
            "os:system",
            "vtp.media:_hidden",
            "vtp.media.pack",
            "vtp.mediator.x:y",
            "vtp.media.x:y.z",
        ),
        *("vtp.accounts.service:login", "vtp.media.x:y\n", "vtp.media..x:y", ""),
    ],
)
def test_names_outside_the_allowed_modules_are_refused(name: str) -> None:
    with pytest.raises(Refused):
        wire.checked_name(name, ("vtp.media.",))


def test_a_name_of_ours_passes() -> None:
    name = "vtp.media.pack.inside.probing:probe"
    assert wire.checked_name(name, ("vtp.media.",)) == name


@given(st.binary(max_size=200))
def test_any_bytes_from_a_child_are_an_answer_or_nothing(data: bytes) -> None:
    answer = wire.decode_answer(data)
    assert answer is None or isinstance(answer, wire.Answer)


@given(st.text())
def test_words_of_a_child_are_short_and_printable(text: str) -> None:
    plain = wire.plain(text)
    assert plain is not None
    assert plain.isprintable()
    assert len(plain) <= wire.MAX_DETAIL


def test_of_what_a_child_prints_only_places_are_kept() -> None:
    complaint = b"""Fatal Python error: Segmentation fault

Current thread 0x00007f (most recent call first):
  File "/srv/vtp/media/pack/inside/probing.py", line 12 in probe
the contents of a file of somebody
  File "/srv/vtp/sandbox/child.py", line 50 in main
"""
    assert frames(complaint) == [
        "/srv/vtp/media/pack/inside/probing.py:12 probe",
        "/srv/vtp/sandbox/child.py:50 main",
    ]


def test_both_the_network_and_the_files_have_to_be_closed() -> None:
    assert not wire.Walls().closed
    assert not wire.Walls(namespaces=True).closed
    assert not wire.Walls(landlock=7).closed
    assert wire.Walls(namespaces=True, landlock=1).closed
    assert wire.Walls(seccomp=True).closed
