"""The term of the demo as it is chosen: the same every time, and one that could have been."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from vtp.demo import school
from vtp.demo.chance import Chance
from vtp.demo.term import Day, Stretch, day
from vtp.demo.viewing import Viewing, viewings

LENGTH = 55 * 60


def days(course: school.Course) -> list[Day]:
    pupils = school.PUPILS[course.pupils]
    many = len(course.topics)
    return [
        day(f"{course.title} {number}", topic, pupils, done=number / many, length=LENGTH)
        for number, topic in enumerate(course.topics)
    ]


def test_dice_fall_the_same_way_for_the_same_word() -> None:
    one, other = Chance("kelp"), Chance("kelp")
    assert [one.between(1, 6) for _ in range(50)] == [other.between(1, 6) for _ in range(50)]
    thrown = Counter(Chance(str(number)).between(1, 6) for number in range(600))
    assert set(thrown) == set(range(1, 7))
    assert not Chance("x").happens(0.0)
    assert Chance("x").happens(1.0)
    assert Chance("x").one_of("y") == "y"


def test_a_term_goes_the_same_way_each_time() -> None:
    for course in school.COURSES:
        assert days(course) == days(course)


def test_somebody_is_late_leaves_loses_the_line_and_misses_classes() -> None:
    found = [one for course in school.COURSES for one in days(course)]
    devices = [one for each in found for one in each.pupils.values()]
    firsts = [one[0][0][0] for one in devices]
    lasts = [one[0][-1][1] for one in devices]
    assert any(first > 300 for first in firsts)
    assert any(last < LENGTH - 300 for last in lasts)
    assert any(len(one[0]) > 1 for one in devices)
    assert any(len(one) > 1 for one in devices)
    assert any(one.outage for one in found)
    assert any(one.asked and one.asked.chosen for one in found)
    assert any(one.lost for one in found)
    assert all(len(one.pupils) > 5 for one in found)


def test_who_fades_comes_less_and_less() -> None:
    fading = {one.email for one in school.PUPILS if one.habit == "fading"}
    found = days(school.COURSES[0])
    half = len(found) // 2
    came = [sum(len(fading & one.pupils.keys()) for one in part) for part in (found[:half], found)]
    assert came[0] > came[1] - came[0]


def test_nobody_was_there_while_the_server_was_away_or_twice_on_one_device() -> None:
    for one in (one for course in school.COURSES for one in days(course)):
        for stretches in (one.teacher, *(each for all_ in one.pupils.values() for each in all_)):
            _apart(stretches)
            if one.outage is not None:
                gone, back = one.outage
                assert not any(since < back and until > gone for since, until in stretches)


def _apart(stretches: tuple[Stretch, ...]) -> None:
    assert stretches
    assert all(since < until for since, until in stretches)
    assert all(one[1] <= other[0] for one, other in pairwise(stretches))


def test_only_who_is_there_writes_raises_a_hand_or_answers() -> None:
    for one in (one for course in school.COURSES for one in days(course)):
        did = [(said.email, said.at) for said in one.said]
        did += [(email, stretch[0]) for email, stretch in one.hands.items()]
        if one.asked is not None:
            did += [(email, one.asked.at) for email in one.asked.chosen]
        for who, at in did:
            assert any(since <= at < until for device in one.pupils[who] for since, until in device)


def watched(course: school.Course) -> list[tuple[Day, dict[str, Viewing]]]:
    pupils = school.PUPILS[course.pupils]
    return [
        (went, viewings(f"{course.title} {number}", went, pupils, length=LENGTH))
        for number, went in enumerate(days(course))
    ]


def test_who_was_away_watches_and_some_look_once_more_where_it_was_hard() -> None:
    algebra = watched(school.COURSES[0])
    assert algebra == watched(school.COURSES[0])
    away = [
        one for went, seen in algebra for email, one in seen.items() if email not in went.pupils
    ]
    assert any(one.seen == ((0, LENGTH),) for one in away)
    assert any(one.seen[0][1] < LENGTH for one in away)
    found = [one for _, seen in algebra for one in seen.values()]
    assert any(len(one.seen) == 1 and one.seen[0][0] > 0 for one in found)
    assert any(one.backs and one.slows and one.again for one in found)
    assert all(since < until for one in found for since, until in one.seen)
    assert all(0 < one.after < 6 * 24 * 3600 for one in found)
