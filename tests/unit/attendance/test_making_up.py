"""What somebody has of a recording, against an oracle second by second; versions; forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.attendance import onfilm, rules_form, stretches
from vtp.attendance.marking import can_be_made_up, made_up, share_of
from vtp.attendance.onfilm import Gained, Piece, Taped
from vtp.attendance.policy import MARKS, Mark, Policy, counts
from vtp.attendance.stretches import Span
from vtp.attendance.versions import BEGINNING, Version, Written, stamped
from vtp.errors import Invalid

S = 1000
LENGTH = 60
ID = UUID(int=7)

spans = st.lists(
    st.tuples(st.integers(0, 120), st.integers(0, 120)).map(
        lambda pair: (min(pair) * S, max(pair) * S)
    ),
    max_size=5,
)


@st.composite
def tapes(draw: st.DrawFn) -> Taped:
    """Recorded in up to four pieces, with pauses between them."""
    edges = sorted(draw(st.sets(st.integers(0, 120), min_size=2, max_size=8)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    pieces, at = [], 0
    for since, until in pairs:
        pieces.append(Piece(since * S, until * S, at))
        at += (until - since) * S
    return Taped(id=ID, length=at, pieces=tuple(pieces))


def seconds(covered: list[Span] | tuple[Span, ...]) -> set[int]:
    return {one for start, end in covered for one in range(start // S, end // S)}


def on_tape(tape: Taped, wall: set[int]) -> set[int]:
    """The same, second by second."""
    return {
        second - piece.since // S + piece.at // S
        for piece in tape.pieces
        for second in range(piece.since // S, piece.until // S)
        if second in wall
    }


@given(st.lists(tapes(), max_size=3), spans, spans, spans)
def test_what_one_has_of_a_class_is_what_one_counts_second_by_second(
    recorded: list[Taped], there: list[Span], free: list[Span], seen: list[Span]
) -> None:
    parts = onfilm.covered(recorded, there, free, {ID: seen})
    wall, watched = seconds(there) | seconds(free), seconds(seen)
    have = length = left = 0
    for tape in recorded:
        whole = set(range(tape.length // S))
        known = (on_tape(tape, wall) | watched) & whole
        have, length, left = have + len(known), length + len(whole), left + len(whole - known)
    made = onfilm.together(parts, after=timedelta())
    assert made.length == length * S
    assert share_of(made) == (have / length if length else 0.0)
    assert sum(stretches.total(one.left) for one in parts) == left * S
    need = onfilm.missing(parts, Policy(make_up_share=0.5))
    assert need == max(0, round(0.5 * length * S - have * S))


@given(
    st.sampled_from(MARKS),
    tapes(),
    spans,
    spans,
    st.integers(-1, 10),
    st.builds(
        Policy,
        make_up_share=st.sampled_from([0.0, 0.3, 0.9, 1.0]),
        make_up_days=st.sampled_from([0, 1, 7]),
        made_up_counts=st.sampled_from([0.0, 0.5, 0.8, 1.0]),
    ),
)
def test_a_class_is_made_up_by_its_policy_and_nobody_loses_by_it(
    mark: Mark, tape: Taped, there: list[Span], seen: list[Span], days: int, policy: Policy
) -> None:
    parts = onfilm.covered([tape], there, [], {ID: seen})
    made = onfilm.together(parts, after=timedelta(days=days))
    got = onfilm.gained(mark, made, policy)
    share = share_of(made)
    better = mark != "excused" and policy.made_up_counts > (counts(policy, mark) or 0)
    enough = share > 0 and share >= policy.make_up_share
    assert (got is not None) == (better and enough and 0 < policy.make_up_days >= days)
    after = made_up(mark, made, policy)
    assert (counts(policy, after) or 0) >= (counts(policy, mark) or 0)
    if got is not None:
        assert (after, got.share) == ("made_up", share)
        # Said again, later and with nothing left of it, it stays.
        gone = onfilm.together([], after=timedelta(days=99))
        assert onfilm.gained(mark, gone, policy, before=got) == got


def test_what_was_made_up_is_not_under_a_policy_that_asks_for_more() -> None:
    nothing = onfilm.together([], after=timedelta(days=9))
    before = Gained(0.9, timedelta(days=2))
    assert onfilm.gained("absent", nothing, Policy(), before=before) == before
    for other in (Policy(make_up_share=0.95), Policy(make_up_days=1), Policy(made_up_counts=0)):
        assert onfilm.gained("absent", nothing, other, before=before) is None
    assert not can_be_made_up("excused", Policy(), after=timedelta())


DAY = datetime(2030, 3, 5, 9, tzinfo=UTC)


def written(number: int, day: int, *, also: bool) -> Written:
    version = Version(number, Policy(late_after=number))
    return Written(version=version, at=DAY + timedelta(days=day), also_planned=also)


@pytest.mark.parametrize(
    ("history", "number"),
    [
        ([], 0),
        # Planned on day 0, held on day 10.
        ([written(1, -1, also=False)], 1),
        ([written(1, -1, also=False), written(2, 1, also=False)], 1),
        ([written(1, -1, also=False), written(2, 1, also=True)], 2),
        ([written(1, -1, also=False), written(2, 1, also=True), written(3, 2, also=False)], 2),
        ([written(1, -1, also=False), written(2, 11, also=True)], 1),
        # There was none when it was planned: what held when it began.
        ([written(1, 1, also=False), written(2, 2, also=False)], 2),
        ([written(1, 11, also=True)], 0),
    ],
)
def test_a_class_has_the_policy_that_held_when_it_was_planned(
    history: list[Written], number: int
) -> None:
    starts = DAY + timedelta(days=10)
    for order in (history, history[::-1]):
        assert stamped(order, planned_at=DAY, starts_at=starts).number == number
    assert BEGINNING.policy == Policy()


def test_a_form_shows_a_policy_and_reads_it_back() -> None:
    policy = Policy(late_after=90, partial_below=0.755, every_class_counts_the_same=True)
    values = rules_form.shown(policy)
    assert (values["late_after"], values["partial_below"]) == ("1.5", "75.5")
    assert rules_form.read(values) == policy
    assert rules_form.read(rules_form.shown(Policy())) == Policy()
    assert rules_form.read(values | {"late_after": "2,5"}).late_after == 150


def test_a_form_names_every_number_that_does_not_fit() -> None:
    values = rules_form.shown(Policy())
    wrong = {"late_after": "soon", "make_up_days": "-1", "absent_below": "101", "bridged": "nan"}
    with pytest.raises(Invalid) as found:
        rules_form.read(values | wrong)
    assert set(found.value.fields) == set(wrong)
    with pytest.raises(Invalid):
        rules_form.read({})


def test_every_number_of_a_policy_is_in_the_form() -> None:
    names = {one.name for one in rules_form.FIELDS} | {rules_form.SAME}
    assert names == {one.name for one in msgspec.structs.fields(Policy)}


def test_a_class_that_is_moved_back_is_not_marked_by_rules_written_since() -> None:
    history = [written(1, -9, also=False), written(2, -1, also=False), written(3, 1, also=True)]
    at = {days: DAY + timedelta(days=days) for days in (-5, 5)}
    found = {days: stamped(history, planned_at=DAY, starts_at=one) for days, one in at.items()}
    assert {days: one.number for days, one in found.items()} == {-5: 1, 5: 3}
