"""The people of a course in PostgreSQL: sections and who teaches them, invitations, letters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from tests.support.accounts import PASSWORD
from tests.support.application import some_settings
from vtp import settings
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.app.courses import courses, telling
from vtp.app.parts import Parts, open_parts
from vtp.courses.model import TellClass
from vtp.courses.problems import (
    InvitationOver,
    NameTaken,
    NoSuchPerson,
    NotStaff,
    OwnerOnly,
    SectionInUse,
    StaffDoNotEnrol,
    VenueInUse,
)
from vtp.courses.rights import State
from vtp.courses.service.catalogue import Wish
from vtp.courses.service.timetable import Plan
from vtp.errors import Forbidden, NotFound
from vtp.ids import CourseId, SectionId, uuid7
from vtp.rooms.service.classrooms import Classrooms


@pytest.fixture
async def parts(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Parts]:
    async with open_parts(some_settings(database_settings, tmp_path)) as opened:
        yield opened


async def person(parts: Parts, name: str, *roles: Role) -> tuple[Actor, str]:
    email = f"{name.lower()}@school.test"
    user = await parts.accounts.sign_in.register(
        email=email, name=name, password=PASSWORD, address="192.0.2.1"
    )
    if roles:
        user = await parts.accounts.administration.set_roles(SYSTEM, user.id, frozenset(roles))
    return Actor(user.id, user.roles, Via.SESSION), email


async def course(parts: Parts, teacher: Actor) -> tuple[CourseId, SectionId]:
    school = courses(parts, Classrooms())
    made = (await school.catalogue.create(teacher, Wish(title="Algebra II"))).course
    await school.catalogue.publish(teacher, made.id)
    (section,) = await school.sections.listed(teacher, made.id)
    return made.id, section.id


async def test_an_invitation_counts_once_and_until_it_is_withdrawn(parts: Parts) -> None:
    ines, _ = await person(parts, "Ines", Role.INSTRUCTOR)
    noor, _ = await person(parts, "Noor")
    rosa, _ = await person(parts, "Rosa")
    inviting = courses(parts, Classrooms()).inviting
    algebra, _ = await course(parts, ines)
    _, link = await inviting.invite(ines, algebra, email="Noor@School.test", section_id=None)
    token = parse_qs(urlsplit(link).query)["token"][0]
    enrolled = await inviting.accept(noor, token)
    assert (enrolled.status, enrolled.how) == ("active", "invitation")
    with pytest.raises(InvitationOver):
        await inviting.accept(rosa, token)
    made, link = await inviting.invite(ines, algebra, email="rosa@school.test", section_id=None)
    assert [one.email for one in await inviting.invitations(ines, algebra)] == ["rosa@school.test"]
    await inviting.withdraw(ines, algebra, made.id)
    with pytest.raises(InvitationOver):
        await inviting.accept(rosa, parse_qs(urlsplit(link).query)["token"][0])
    with pytest.raises(NotFound):
        await inviting.withdraw(ines, algebra, made.id)


async def test_a_section_has_its_own_name_and_teachers_of_the_course(parts: Parts) -> None:
    ines, _ = await person(parts, "Ines", Role.INSTRUCTOR)
    kenji, address = await person(parts, "Kenji", Role.INSTRUCTOR)
    school = courses(parts, Classrooms())
    algebra, first = await course(parts, ines)
    second = (await school.sections.create(ines, algebra, name="B", capacity=3)).id
    with pytest.raises(NameTaken):
        await school.sections.create(ines, algebra, name="B", capacity=None)
    with pytest.raises(NameTaken):
        await school.sections.change(ines, second, {"name": "A"})
    assert kenji.user_id is not None
    with pytest.raises(NotStaff):
        await school.sections.set_teachers(ines, second, [kenji.user_id])
    await school.sections.put_staff(ines, algebra, email=address, role="co_teacher")
    await school.sections.change(ines, second, {"name": "Evening", "capacity": 7})
    changed = await school.sections.set_teachers(ines, second, [kenji.user_id])
    assert (changed.name, changed.capacity, changed.teachers) == ("Evening", 7, (kenji.user_id,))
    await school.sections.delete(ines, second)
    assert [one.id for one in await school.sections.listed(ines, algebra)] == [first]


async def test_a_section_with_people_or_classes_stays(parts: Parts) -> None:
    ines, _ = await person(parts, "Ines", Role.INSTRUCTOR)
    _, noor = await person(parts, "Noor")
    school = courses(parts, Classrooms())
    algebra, _ = await course(parts, ines)
    second = (await school.sections.create(ines, algebra, name="B", capacity=None)).id
    await school.enrolling.put(ines, algebra, email=noor, section_id=second)
    with pytest.raises(SectionInUse):
        await school.sections.delete(ines, second)


async def test_a_course_is_handed_over_with_its_rooms(parts: Parts) -> None:
    ines, ines_address = await person(parts, "Ines", Role.INSTRUCTOR)
    kenji, address = await person(parts, "Kenji", Role.INSTRUCTOR)
    _, enrolled = await person(parts, "Noor")
    manager, _ = await person(parts, "Mara", Role.MANAGER)
    school = courses(parts, Classrooms())
    algebra, section = await course(parts, ines)
    await school.enrolling.put(ines, algebra, email=enrolled, section_id=section)
    give = school.overseeing.hand_over
    with pytest.raises(StaffDoNotEnrol):
        await give(ines, algebra, email=enrolled)
    with pytest.raises(NoSuchPerson):
        await give(ines, algebra, email="nobody@school.test")
    with pytest.raises(NotFound):
        await give(kenji, algebra, email=address)
    assert (await give(ines, algebra, email=ines_address)).course.owner_id == ines.user_id
    given = await give(manager, algebra, email=address)
    assert given.course.owner_id == kenji.user_id
    staff = {one.name: one.role for one in await school.sections.staff(kenji, algebra)}
    assert staff == {"Ines": "co_teacher", "Kenji": "teacher"}
    owners = (
        "select owner_id from room join section on section.room_id = room.id where course_id = $1"
    )
    assert await parts.db.fetchval(owners, algebra) == kenji.user_id
    with pytest.raises(OwnerOnly):
        await give(ines, algebra, email=ines_address)


async def test_all_courses_are_found_by_title_and_by_whose_they_are(parts: Parts) -> None:
    ines, _ = await person(parts, "Ines", Role.INSTRUCTOR)
    manager, _ = await person(parts, "Mara", Role.MANAGER)
    school = courses(parts, Classrooms())
    algebra, _ = await course(parts, ines)
    drawing = (await school.catalogue.create(manager, Wish(title="100% drawing"))).course.id

    async def found(words: str = "", state: State | None = None) -> list[CourseId]:
        listed = await school.overseeing.listed(
            manager, words=words, state=state, before=None, limit=10
        )
        return [one.course.id for one in listed]

    assert await found() == [drawing, algebra]
    assert await found("INES@school") == [algebra]
    assert await found("0%") == [drawing]
    assert await found("algebra", "draft") == []
    assert await found(state="published") == [algebra]
    assert await found(state="draft") == [drawing]
    with pytest.raises(Forbidden):
        await school.overseeing.listed(ines, words="", state=None, before=None, limit=10)


async def test_a_venue_has_its_own_name(parts: Parts) -> None:
    ines, _ = await person(parts, "Ines", Role.INSTRUCTOR)
    sections = courses(parts, Classrooms()).sections
    hall = await sections.add_venue(ines, name="Hall", seats=40)
    with pytest.raises(NameTaken):
        await sections.add_venue(ines, name="hall", seats=None)
    assert await sections.venues(ines) == [hall]
    with pytest.raises(Forbidden):
        await sections.change_venue(ines, hall.id, name="Aula", seats=None)
    with pytest.raises(Forbidden):
        await sections.delete_venue(ines, hall.id)


async def test_a_venue_is_renamed_and_goes_when_no_class_is_in_it(parts: Parts) -> None:
    ines, _ = await person(parts, "Ines", Role.INSTRUCTOR)
    rui, _ = await person(parts, "Rui", Role.MANAGER)
    school = courses(parts, Classrooms())
    hall, lab = [await school.sections.add_venue(ines, name=n, seats=None) for n in ("Hall", "Lab")]
    with pytest.raises(NameTaken):
        await school.sections.change_venue(rui, lab.id, name="HALL", seats=None)
    await school.sections.change_venue(rui, lab.id, name="Workshop", seats=12)
    _, section = await course(parts, ines)
    plan = Plan(title="Roots", at=time(9), minutes=60, first_day=date(2030, 3, 5), venue_id=hall.id)
    await school.timetable.plan(ines, section, plan)
    with pytest.raises(VenueInUse):
        await school.sections.delete_venue(rui, hall.id)
    await school.sections.delete_venue(rui, lab.id)
    for gone in (
        school.sections.delete_venue(rui, lab.id),
        school.sections.change_venue(rui, lab.id, name="x", seats=None),
    ):
        with pytest.raises(NotFound):
            await gone
    assert [one.name for one in await school.sections.venues(ines)] == ["Hall"]


async def test_staff_leaf_through_the_people_of_a_course(parts: Parts) -> None:
    ines, _ = await person(parts, "Ines", Role.INSTRUCTOR)
    school = courses(parts, Classrooms())
    algebra, section = await course(parts, ines)
    for name in ("Noor", "Bela", "Rosa"):
        _, address = await person(parts, name)
        await school.enrolling.put(ines, algebra, email=address, section_id=section)
    _, bela, _ = await school.enrolling.students(
        ines, algebra, status=None, section_id=None, words_="", after=None, limit=3
    )
    await school.enrolling.change(ines, algebra, bela.user_id, status="dropped", section_id=None)

    async def names(words: str = "", start: int = 0, of: SectionId | None = section) -> list[str]:
        found = await school.enrolling.roll(
            ines, algebra, words_=words, section_id=of, start=start, limit=2
        )
        return [one.name for one in found]

    assert (await names(), await names(start=2)) == (["Noor", "Rosa"], ["Bela"])
    assert (await names("NOOR@"), await names(of=SectionId(uuid7()))) == (["Noor"], [])


async def test_who_is_enrolled_reads_letters_and_hears_of_changed_classes(parts: Parts) -> None:
    ines, _ = await person(parts, "Ines", Role.INSTRUCTOR)
    noor, address = await person(parts, "Noor")
    school, told = courses(parts, Classrooms()), telling(parts)
    algebra, section = await course(parts, ines)
    await school.enrolling.put(ines, algebra, email=address, section_id=section)
    letter = await school.inviting.write(
        ines, algebra, subject="Bring a ruler", body="On Tuesday.", section_id=section
    )
    assert await told.send_letter(letter.id) == 1
    plan = Plan(title="Roots", at=time(9), minutes=60, first_day=date(2030, 3, 5))
    (planned,) = await school.timetable.plan(ines, section, plan)
    assert await told.tell_class(TellClass(planned.id, planned.revision)) == 1
    assert await told.tell_class(TellClass(planned.id, planned.revision + 1)) == 0
    assert noor.user_id is not None
    titles = await parts.db.fetch("select * from notice where user_id = $1", noor.user_id)
    assert len(titles) >= 2
    assert await told.send_letter(UUID(int=0)) == 0
