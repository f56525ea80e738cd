"""Classes of every week, through both nights on which clocks change, and times that are free."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from vtp.courses import series, slots
from vtp.courses.series import Weekly
from vtp.courses.slots import Busy

LISBON = "Europe/Lisbon"


def weekly(**changed: object) -> Weekly:
    usual = {
        "weekdays": (2, 4),
        "every": 1,
        "at": time(18),
        "minutes": 60,
        "zone": LISBON,
        "first": date(2026, 3, 23),
        "last": date(2026, 4, 5),
    }
    return Weekly(**(usual | changed))  # type: ignore[arg-type]  # by name, as the struct says


def test_a_class_stays_at_its_time_when_the_clocks_change() -> None:
    found = series.expand(weekly())
    assert [one.day.day for one in found] == [24, 26, 31, 2]
    assert [one.starts_at.hour for one in found] == [18, 18, 17, 17]  # UTC, summer from the 29th


def test_a_time_that_is_left_out_in_spring_moves_forward() -> None:
    night = series.occurrence(date(2026, 3, 29), time(1, 30), 60, LISBON)
    assert night.starts_at.astimezone(ZoneInfo(LISBON)).time() == time(2, 30)
    assert night.ends_at - night.starts_at == timedelta(hours=1)


def test_a_time_that_is_there_twice_in_autumn_is_the_first() -> None:
    night = series.occurrence(date(2026, 10, 25), time(1, 30), 60, LISBON)
    assert night.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_holiday_has_no_class() -> None:
    found = series.expand(weekly(), without={date(2026, 3, 26)})
    assert [one.day.day for one in found] == [24, 31, 2]


def test_every_other_week_is_counted_from_the_first() -> None:
    found = series.days(weekly(every=2, last=date(2026, 4, 20)))
    assert [day.isoformat()[5:] for day in found] == ["03-24", "03-26", "04-07", "04-09"]


ZONES = st.sampled_from([LISBON, "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"])
DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1))


@settings(max_examples=40)
@given(
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(1, 4),
    st.times(),
    ZONES,
    DAYS,
    st.integers(0, 90),
)
def test_a_series_has_exactly_its_days(
    weekdays: set[int], every: int, at: time, zone: str, first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    found = series.expand(
        weekly(weekdays=weekdays, every=every, at=at, zone=zone, first=first, last=last)
    )
    monday = first - timedelta(days=first.isoweekday() - 1)
    wanted = [
        day
        for day in (first + timedelta(days=n) for n in range(length + 1))
        if day.isoweekday() in weekdays and (day - monday).days // 7 % every == 0
    ]
    assert [one.day for one in found] == wanted
    for one in found:
        local = one.starts_at.astimezone(ZoneInfo(zone))
        # At its time, or moved forward by the hour or half that was left out.
        late = datetime.combine(local.date(), local.time()) - datetime.combine(one.day, at)
        assert late in {timedelta(0), timedelta(minutes=30), timedelta(hours=1)}


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 2880), st.integers(5, 300)), max_size=12), DAYS, ZONES)
def test_a_time_that_is_offered_is_free(taken: list[tuple[int, int]], day: date, zone: str) -> None:
    midnight = series.instant(day, time(0), zone)
    busy = [
        Busy(midnight + timedelta(minutes=at), midnight + timedelta(minutes=at + length))
        for at, length in taken
    ]
    for at in slots.free(busy, days=[day], minutes=60, zone=zone, near=time(12)):
        start = series.instant(day, at, zone)
        end = start + timedelta(minutes=60)
        assert all(end <= one.starts_at or one.ends_at <= start for one in busy)


def test_the_nearest_free_times_come_first() -> None:
    day = date(2026, 5, 5)
    busy = [Busy(series.instant(day, time(9), "UTC"), series.instant(day, time(19), "UTC"))]
    found = slots.free(busy, days=[day], minutes=60, zone="UTC", near=time(18))
    assert found == [time(19), time(8)]
