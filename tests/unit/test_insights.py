"""What administrators look at: ranges of time, words and the geometry of small charts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from vtp.analytics import looks, ranges, tables
from vtp.analytics.model import Day, Figures, Held, Hour, Passage, Play, Point, Quality
from vtp.edge.texts import Texts
from vtp.errors import Invalid

NOW = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ID = UUID(int=7)


def figures(**changed: float) -> Figures:
    counted: dict[str, float] = {
        "people": 40,
        "planned": 10,
        "held": 9,
        "punctual": 8,
        "recorded": 6,
        "watched": 3,
        "finished": 1,
        "taught_s": 32_400,
        "recorded_s": 21_600,
        "watched_s": 5_400,
    }
    return Figures(**{**counted, **changed})  # type: ignore[arg-type]  # counts are whole


def a_class(**changed: object) -> Passage:
    plain: dict[str, object] = {
        "id": ID,
        "course_id": ID,
        "course": "Algebra",
        "title": "=Roots",
        "starts_at": NOW,
        "ends_at": NOW + HOUR,
        "began_at": NOW + timedelta(minutes=7),
        "taught_until": NOW + HOUR,
        "recordings": 1,
        "recorded_s": 3_180.0,
        "watched_by": 4,
        "finished_by": 2,
        "watched_s": 900.0,
    }
    return Passage(**{**plain, **changed})  # type: ignore[arg-type]  # by name


def quality(name: str, *, watched: float, stalled: float, height: float | None = 480) -> Quality:
    return Quality(
        name=name,
        plays=1200,
        people=3,
        watched_s=watched,
        stalled_s=stalled,
        stalls=2,
        startup_ms=340,
        startup_slow_ms=2400,
        height=height,
        lost=0.004,
        rtt_ms=None,
        broken=0,
    )


def a_play(**changed: object) -> Play:
    plain: dict[str, object] = {
        "id": ID,
        "user_id": None,
        "name": None,
        "kind": "recording",
        "of": ID,
        "title": "Roots",
        "began_at": NOW,
        "startup_ms": 500,
        "watched_s": 90.0,
        "stalled_s": 10.0,
        "stalls": 1,
        "height": None,
        "changes": 0,
        "lost": None,
        "rtt_ms": None,
        "broken": True,
        "browser": "Firefox",
        "network": "192.0.2.0/24",
        "connection": "wifi",
    }
    return Play(**{**plain, **changed})  # type: ignore[arg-type]  # by name


def test_seven_days_are_looked_at_where_nothing_else_is_said() -> None:
    assert ranges.wanted(None, None, None, now=NOW).since == NOW - timedelta(days=7)
    later = ranges.wanted(NOW, None, None, now=NOW)
    assert (later.since, later.until) == (NOW, NOW + timedelta(days=7))
    assert later.before().until == NOW
    assert later.before().length == later.length


@pytest.mark.parametrize(("since", "field"), [(NOW, "until"), (NOW - timedelta(days=400), "since")])
def test_a_range_goes_forward_and_is_no_longer_than_a_year(since: datetime, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ranges.wanted(since, NOW, None, now=NOW)
    assert list(refused.value.fields) == [field]


def test_days_are_those_of_who_looks_and_both_ends_are_included() -> None:
    found = ranges.of_days("2026-03-09", "2026-03-10", None, now=NOW, zone="Asia/Tokyo")
    assert found.since == datetime(2026, 3, 8, 15, tzinfo=UTC)
    assert found.until == datetime(2026, 3, 10, 15, tzinfo=UTC)
    assert looks.days(found.since, found.until, "Asia/Tokyo") == "9 to 10 March 2026"


@pytest.mark.parametrize(
    ("since", "until"),
    [("", ""), ("soon", "later"), ("2026-03-13", "2026-03-01"), ("1000-01-01", "9999-12-31")],
)
def test_what_is_no_range_of_days_is_the_last_seven(since: str, until: str) -> None:
    found = ranges.of_days(since, until, None, now=NOW, zone="UTC")
    assert found.length == timedelta(days=7)
    assert found.until == datetime(2026, 3, 13, tzinfo=UTC)


def test_steps_are_as_fine_as_a_screen_shows() -> None:
    assert ranges.step_of(timedelta(hours=3)) == timedelta(minutes=5)
    assert ranges.step_of(timedelta(days=7)) == HOUR
    assert ranges.step_of(timedelta(days=366)) == timedelta(days=1)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 h"), (20, "1 min"), (1800, "30 min"), (12_600, "3.5 h"), (4_334_400, "1,204 h")],
)
def test_time_is_told_as_people_tell_it(seconds: float, said: str) -> None:
    assert looks.hours(seconds) == said


def test_nobody_is_told_a_hundred_where_something_is_missing() -> None:
    assert looks.percent(999, 1000) == "99 %"
    assert looks.percent(1, 0) == ""
    assert looks.fine_percent(None) == ""
    assert looks.fine_percent(0.0291) == "2.9 %"
    assert looks.fine_percent(0.00124) == "0.12 %"
    assert looks.fine_percent(0.0) == "0.0 %"


def test_change_is_told_against_what_there_was() -> None:
    assert looks.change(121, 100) == "+21 %"
    assert looks.change(50, 100) == "-50 %"
    assert looks.change(5, 0) == ""
    assert looks.change(5, 5) == ""


def test_the_figures_at_the_top_say_how_they_changed() -> None:
    found = looks.tiles(figures(), figures(held=6, recorded_s=10_800), 18, 0)
    assert found["held"] == {"value": "9", "change": "+50 %"}
    assert found["recorded"] == {"value": "6.0 h", "change": "+100 %"}
    assert found["peak"] == {"value": "18", "change": ""}
    assert found["punctual"]["value"] == "88 %"
    assert looks.tiles(figures(held=0), figures(), 0, 0)["punctual"]["value"] == "-"


def test_each_step_from_plan_to_watched_has_its_share_of_the_one_before() -> None:
    found = looks.steps(figures())
    assert [(one["count"], one["width"], one["share"]) for one in found] == [
        (10, 100.0, ""),
        (9, 90.0, "90 %"),
        (6, 60.0, "66 %"),
        (3, 30.0, "50 %"),
        (1, 10.0, "33 %"),
    ]


def test_the_week_is_shaded_by_fifths_of_its_busiest_hour() -> None:
    found = looks.week([Hour(1, 18, 10), Hour(2, 6, 1), Hour(7, 22, 4)])
    assert (found["hours"][0], found["hours"][-1]) == (6, 22)
    monday, tuesday, *_, sunday = found["rows"]
    assert monday["cells"][18 - 6]["shade"] == 5
    assert tuesday["cells"][0]["shade"] == 1
    assert sunday["cells"][22 - 6]["shade"] == 2
    assert found["busiest"] == {"day": "mon", "hour": 18}
    assert looks.week([])["busiest"] is None


def test_the_curve_and_its_table_have_the_same_numbers() -> None:
    points = [Point(NOW, 3, NOW), Point(NOW + HOUR, 0, NOW + HOUR)]
    before = [Point(NOW, 1, NOW), Point(NOW, 0, NOW), Point(NOW, 9, NOW)]
    drawn = looks.curve(points, before, Texts())
    assert [line["values"] for line in drawn["lines"]] == [[3, 0], [1, 0]]
    assert looks.behind(points, before, "Europe/Lisbon") == [
        {"at": "Thu 12 March, 18:00", "people": 3, "before": 1}
    ]


def test_days_in_which_nothing_was_played_leave_a_gap() -> None:
    days = [Day(NOW, 97.0, 3.0), Day(NOW + timedelta(days=1), 0, 0)]
    assert looks.lost_time(days, Texts())["lines"][0]["values"] == [3.0, None]
    assert looks.lost_days(days, "UTC") == [
        {"at": "Thu 12 March", "watched": "2 min", "share": "3.0 %"}
    ]


def test_what_is_taken_lies_side_by_side_on_the_disk() -> None:
    found = looks.storage(Held(1_300_000_000, 350_000_000, 200_000_000, 650_000_000))
    assert (found["taken"], found["whole"]) == ("1.9 GB", "2.5 GB")
    assert [(one["at"], one["width"]) for one in found["parts"]] == [
        (0.0, 52.0),
        (52.0, 14.0),
        (66.0, 8.0),
    ]
    assert looks.size(999) == "1 kB"


def test_the_worst_of_those_that_are_compared_stands_out() -> None:
    good, bad = looks.qualities(
        [
            quality("wifi", watched=990, stalled=10),
            quality("mobile", watched=90, stalled=10, height=None),
        ]
    )
    assert (good["width"], good["worst"], good["height"], good["startup"]) == (
        10.0,
        False,
        "480",
        "340 ms",
    )
    assert (bad["width"], bad["worst"], bad["height"], bad["rtt"]) == (100.0, True, "", "")
    assert bad["startup_slow"] == "2.4 s"
    assert looks.qualities([quality("x", watched=0, stalled=0)])[0]["stalls"] == ""


def test_a_class_says_whether_it_was_held_and_how_late() -> None:
    assert looks.passage(a_class(), "UTC")["late"] == 7
    early = looks.passage(a_class(began_at=NOW - HOUR, recordings=0), "UTC")
    assert (early["late"], early["recorded"]) == (0, "")
    never = looks.passage(a_class(began_at=None, taught_until=None), "UTC")
    assert (never["held"], never["taught"]) == (False, "0 h")


def test_a_play_is_told_without_what_nobody_knows() -> None:
    found = looks.play(a_play(), "UTC")
    assert (found["name"], found["stalls"], found["height"]) == ("", "10.0 %", "")
    assert found["path"] == f"/watch/{ID}"
    assert looks.play(a_play(kind="class", height=719.6), "UTC")["path"] == ""


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (date(2026, 3, 9), date(2026, 3, 10), "9 March 2026"),
        (date(2026, 2, 26), date(2026, 3, 5), "26 February to 4 March 2026"),
        (date(2025, 12, 29), date(2026, 1, 5), "29 December 2025 to 4 January 2026"),
    ],
)
def test_days_are_told_no_longer_than_they_need(since: date, until: date, said: str) -> None:
    first, end = (datetime.combine(one, time(), UTC) for one in (since, until))
    assert looks.days(first, end, "UTC") == said
    assert looks.day(first, "UTC") == since.isoformat()


def test_files_have_what_a_spreadsheet_would_run_as_text() -> None:
    (line,) = tables.classes([a_class()]).splitlines()
    assert line.startswith("Algebra,'=Roots,2026-03-12T18:00:00+00:00,")
    assert ",420,3180.0,1,3180.0,4,2,900.0" in line
    (never,) = tables.classes([a_class(began_at=None)]).splitlines()
    assert ",,,0.0,1," in never
    (told,) = tables.plays([a_play()]).splitlines()
    assert told.endswith(",True,Firefox,192.0.2.0/24,wifi")
    (compared,) = tables.quality([quality("wifi", watched=1, stalled=0)]).splitlines()
    assert compared == "wifi,1200,3,1,0,2,340,2400,480,0.004,,0"
    heads = tables.text([tables.QUALITY]).strip().split(",")
    assert len(heads) == len(compared.split(","))
