"""Marks: against an oracle that looks at every second by itself, and bounds that favour students."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.attendance import stretches
from vtp.attendance.facts import Facts, Held, facts
from vtp.attendance.marking import Counted, MadeUp, at_risk, made_up, marked, standing
from vtp.attendance.policy import MARKS, Mark, Policy, contradiction, counts
from vtp.attendance.stretches import Span

S = 1000
SECONDS = 120
POLICY = Policy(late_after=10, early_before=10, bridged=5)

spans = st.lists(
    st.tuples(st.integers(0, SECONDS), st.integers(0, SECONDS)).map(
        lambda pair: (min(pair) * S, max(pair) * S)
    ),
    max_size=6,
)
some = spans.map(stretches.merged)
classes = st.builds(
    Held,
    planned=st.just((10 * S, 100 * S)),
    taught=st.none()
    | st.tuples(st.integers(0, 60), st.integers(60, SECONDS)).map(
        lambda pair: (pair[0] * S, pair[1] * S)
    ),
    breaks=spans.map(tuple),
    outages=spans.map(tuple),
)


def seconds(covered: list[Span] | tuple[Span, ...]) -> set[int]:
    return {one for start, end in covered for one in range(start // S, end // S)}


@given(some, some)
def test_the_algebra_of_stretches_is_that_of_sets(left: list[Span], right: list[Span]) -> None:
    assert seconds(stretches.common(left, right)) == seconds(left) & seconds(right)
    assert seconds(stretches.minus(left, right)) == seconds(left) - seconds(right)
    assert stretches.merged((*left, *right)) == stretches.merged((*right, *left))
    assert stretches.total(left) == len(seconds(left)) * S


def oracle(held: Held, devices: list[list[Span]], bridged: int, since: int | None) -> Facts:
    """Second by second, as a patient person would."""
    taught = seconds([held.taught]) if held.taught else set()
    away = seconds(held.breaks) | seconds(held.outages)
    need = sorted((seconds([held.planned]) & taught) - away)
    if since is not None:
        need = [one for one in need if one * S >= since]
    seen = [any(one in seconds(spans) for spans in devices) for one in need]
    runs: list[tuple[bool, list[int]]] = []
    position = 0
    for there, group in groupby(seen):
        length = len(list(group))
        runs.append((there, need[position : position + length]))
        position += length
    reconnects, present = [], [one for there, run in runs if there for one in run]
    for number, (there, run) in enumerate(runs):
        inside = 0 < number < len(runs) - 1
        if not there and inside and len(run) <= bridged // S:
            reconnects.append(len(run) * S)
            present += run
    missed = sorted(set(need) - set(present))
    first, last = (min(present), max(present) + 1) if present else (None, None)
    inner = [] if first is None or last is None else [one for one in missed if first < one < last]
    return Facts(
        need=len(need) * S,
        present=len(present) * S,
        first_in=None if first is None else first * S,
        last_out=None if last is None else last * S,
        late=sum(S for one in missed if first is None or one < first),
        early=sum(S for one in missed if last is None or one >= last),
        gaps=tuple(stretches.merged((one * S, (one + 1) * S) for one in inner)),
        reconnects=tuple(reconnects),
        devices=max((sum(one in seconds(d) for d in devices) for one in need), default=0),
        outage=len(seconds([held.planned]) & taught & seconds(held.outages)) * S,
    )


@given(
    classes,
    st.lists(some, max_size=3),
    st.integers(0, 8).map(lambda length: length * S),
    st.none() | st.integers(0, SECONDS).map(lambda at: at * S),
)
def test_facts_are_what_one_finds_second_by_second(
    held: Held, devices: list[list[Span]], bridged: int, since: int | None
) -> None:
    found = facts(held, devices, bridged=bridged, since=since)
    assert found == oracle(held, devices, bridged, since)
    assert 0 <= found.present <= found.need
    lost = found.late + found.early if found.first_in is not None else found.need
    assert found.need == found.present + lost + stretches.total(found.gaps)


@given(classes, st.lists(some, max_size=3), st.randoms())
def test_neither_order_nor_repetition_of_what_is_known_changes_a_fact(
    held: Held, devices: list[list[Span]], chance: object
) -> None:
    shuffled = [list(reversed(spans)) + spans for spans in devices]
    shuffled.reverse()
    assert facts(held, devices, bridged=S) == facts(held, shuffled, bridged=S)


HOUR = Held(planned=(0, 1000 * S), taught=(0, 1000 * S))


@pytest.mark.parametrize(
    ("there", "mark"),
    [
        ([(-50, 1000)], "present"),
        ([(10, 1000)], "present"),
        ([(11, 1000)], "late"),
        ([(0, 990)], "present"),
        ([(0, 989)], "left_early"),
        ([(11, 989)], "late"),
        ([(0, 750)], "left_early"),
        ([(0, 749)], "left_early"),
        ([(260, 1000)], "partial"),
        ([(0, 300)], "left_early"),
        ([(0, 299)], "absent"),
        ([], "absent"),
        ([(0, 400), (405, 1000)], "present"),
        ([(0, 400), (600, 1000)], "present"),
    ],
)
def test_bounds_count_in_the_favour_of_students(there: list[Span], mark: Mark) -> None:
    spans = [(start * S, end * S) for start, end in there]
    assert marked(facts(HOUR, [spans], bridged=5 * S), POLICY) == mark


def test_nobody_is_absent_from_a_class_that_nobody_taught() -> None:
    nobody = Held(planned=(0, 1000 * S), taught=None)
    assert marked(facts(nobody, [], bridged=0), POLICY) == "present"
    assert facts(nobody, [[(0, 500 * S)]], bridged=0).need == 0


def test_an_outage_harms_nobody() -> None:
    """Away through the outage, and back after it: as if those minutes had not been."""
    held = Held(planned=(0, 1000 * S), taught=(0, 1000 * S), outages=((400 * S, 600 * S),))
    found = facts(held, [[(0, 398 * S), (602 * S, 1000 * S)]], bridged=5 * S)
    assert (found.present, found.need, found.gaps) == (800 * S, 800 * S, ())
    late = facts(held, [[(600 * S, 1000 * S)]], bridged=5 * S)
    assert late.late == 400 * S


def made(*watched: Span, after: int = 1) -> MadeUp:
    return MadeUp(live=[(0, 200)], watched=watched, length=1000, after=timedelta(days=after))


@pytest.mark.parametrize(
    ("mark", "by", "after_it"),
    [
        ("absent", made((100, 900)), "made_up"),
        ("absent", made((100, 899)), "absent"),
        ("partial", made((200, 1000), after=7), "made_up"),
        ("partial", made((200, 1000), after=8), "partial"),
        ("late", made((0, 1000)), "late"),
        ("excused", made((0, 1000)), "excused"),
    ],
)
def test_what_was_missed_can_be_made_up_in_time(mark: Mark, by: MadeUp, after_it: Mark) -> None:
    assert made_up(mark, by, POLICY) == after_it


def test_nothing_is_made_up_without_a_recording_or_without_days_for_it() -> None:
    empty = MadeUp(live=(), watched=(), length=0, after=timedelta())
    assert made_up("absent", empty, POLICY) == "absent"
    never = msgspec.structs.replace(POLICY, make_up_days=0)
    assert made_up("absent", made((0, 1000), after=0), never) == "absent"


@given(st.lists(st.builds(Counted, st.sampled_from(MARKS), st.integers(0, 7200))))
def test_a_share_of_a_course_is_a_share(held: list[Counted]) -> None:
    for policy in (POLICY, msgspec.structs.replace(POLICY, every_class_counts_the_same=True)):
        found = standing(held, [3600, 3600], policy)
        assert 0 <= found.reachable <= 1
        assert found.so_far is None or 0 <= found.so_far <= found.reachable


def test_long_classes_count_more_unless_all_count_the_same() -> None:
    held = [Counted("present", 3000), Counted("absent", 1000), Counted("excused", 9000)]
    assert standing(held, [], POLICY).so_far == 0.75
    same = msgspec.structs.replace(POLICY, every_class_counts_the_same=True)
    assert standing(held, [], same).so_far == 0.5
    assert standing([], [], POLICY).so_far is None


def test_who_is_at_risk_is_told_by_the_rule_of_the_course() -> None:
    four = [Counted("absent", 10), Counted("present", 10), *[Counted("late", 10)] * 2]
    assert at_risk(standing(four, [], POLICY), POLICY)
    assert not at_risk(standing(four[:3], [], POLICY), POLICY)
    assert not at_risk(standing([Counted("present", 10)] * 4, [], POLICY), POLICY)


def test_a_policy_that_contradicts_itself_is_told() -> None:
    assert contradiction(POLICY) is None
    wrong = msgspec.structs.replace(POLICY, partial_below=0.1)
    assert contradiction(wrong) == "partial_below"
    assert counts(POLICY, "excused") is None
