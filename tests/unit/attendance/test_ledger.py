"""What is noted of presence, and what of it is written."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from vtp.attendance.ledger import Entry, Kind, Ledger

NINE = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
MEETING, NOOR, USER = uuid4(), uuid4(), uuid4()


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def a_ledger(most_waiting: int = 100) -> Ledger:
    numbers = itertools.count(1)
    return Ledger(new_id=lambda: UUID(int=next(numbers)), most_waiting=most_waiting)


def begin(ledger: Ledger, seconds: float, kind: Kind = "socket") -> None:
    ledger.began(MEETING, NOOR, USER, kind, at=at(seconds))


def spans(entries: list[Entry]) -> list[tuple[str, float, float | None]]:
    def since(moment: datetime) -> float:
        return (moment - NINE).total_seconds()

    return [
        (e.kind, since(e.started_at), None if e.ended_at is None else since(e.ended_at))
        for e in entries
    ]


def test_what_goes_on_is_written_as_going_on_and_seen() -> None:
    ledger = a_ledger()
    begin(ledger, 0)
    [entry] = ledger.due(at=at(15))
    assert (entry.started_at, entry.seen_at, entry.ended_at) == (at(0), at(15), None)
    ledger.written([entry])
    [again] = ledger.due(at=at(30))
    assert (again.id, again.seen_at) == (entry.id, at(30))


def test_what_has_ended_is_written_until_it_is_in_the_database() -> None:
    ledger = a_ledger()
    begin(ledger, 0)
    ledger.ended(NOOR, "socket", at=at(5))
    first = ledger.due(at=at(15))
    assert spans(first) == spans(ledger.due(at=at(30))) == [("socket", 0, 5)]
    ledger.written(first)
    assert ledger.due(at=at(45)) == []


def test_what_ended_while_it_was_written_is_written_once_more() -> None:
    ledger = a_ledger()
    begin(ledger, 0)
    on_its_way = ledger.due(at=at(15))
    ledger.ended(NOOR, "socket", at=at(16))
    ledger.written(on_its_way)
    assert spans(ledger.due(at=at(30))) == [("socket", 0, 16)]


def test_presence_that_is_said_twice_is_noted_once() -> None:
    ledger = a_ledger()
    begin(ledger, 0)
    begin(ledger, 3)
    ledger.ended(NOOR, "socket", at=at(5))
    ledger.ended(NOOR, "socket", at=at(9))
    assert spans(ledger.due(at=at(15))) == [("socket", 0, 5)]


def test_who_leaves_ends_in_every_way() -> None:
    ledger = a_ledger()
    begin(ledger, 0)
    begin(ledger, 2, "hand")
    ledger.left(NOOR, at=at(7))
    assert spans(ledger.due(at=at(15))) == [("socket", 0, 7), ("hand", 2, 7)]


def test_a_clock_that_steps_back_makes_no_spans_that_overlap_or_end_before_they_began() -> None:
    ledger = a_ledger()
    begin(ledger, 10)
    ledger.ended(NOOR, "socket", at=at(-50))
    begin(ledger, -40)
    ledger.ended(NOOR, "socket", at=at(20))
    assert spans(ledger.due(at=at(30))) == [("socket", 10, 10), ("socket", 10, 20)]


def test_beyond_what_may_wait_the_oldest_is_lost_and_counted() -> None:
    ledger = a_ledger(most_waiting=2)
    for second in range(3):
        begin(ledger, second)
        ledger.ended(NOOR, "socket", at=at(second + 0.5))
    assert spans(ledger.due(at=at(15))) == [("socket", 1, 1.5), ("socket", 2, 2.5)]
    assert (ledger.waiting, ledger.lost) == (2, 1)


def test_what_cannot_be_written_is_forgotten() -> None:
    ledger = a_ledger()
    begin(ledger, 0)
    begin(ledger, 0, "hand")
    ledger.ended(NOOR, "hand", at=at(1))
    for entry in ledger.due(at=at(15)):
        ledger.forget(entry)
    assert ledger.due(at=at(30)) == []
    begin(ledger, 40)
    assert spans(ledger.due(at=at(45))) == [("socket", 40, None)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["begin", "end", "write"]),
            st.sampled_from(["socket", "hand"]),
            st.integers(-30, 30),
        )
    )
)
def test_spans_of_one_kind_never_overlap(steps: list[tuple[str, Kind, int]]) -> None:
    ledger, now = a_ledger(1000), 0
    rows: dict[UUID, Entry] = {}
    for what, kind, step in steps:
        now += step  # also back
        if what == "begin":
            begin(ledger, now, kind)
        elif what == "end":
            ledger.ended(NOOR, kind, at=at(now))
        elif what == "write":
            due = ledger.due(at=at(now))
            rows |= {entry.id: entry for entry in due}
            ledger.written(due)
    ledger.left(NOOR, at=at(now))
    rows |= {entry.id: entry for entry in ledger.due(at=at(now))}
    for kind in ("socket", "hand"):
        mine = sorted(
            (e.started_at, e.ended_at) for e in rows.values() if e.kind == kind and e.ended_at
        )
        assert all(start <= end for start, end in mine)
        assert all(one[1] <= two[0] for one, two in itertools.pairwise(mine))
