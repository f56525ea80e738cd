"""What the forms of a course do: one verb each, the same services as the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import get_args

from vtp.actor import Actor
from vtp.courses.model import Holiday
from vtp.courses.pages import reading
from vtp.courses.pages.reading import Form
from vtp.courses.problems import BadTimes
from vtp.courses.rights import StaffRole, Visibility
from vtp.courses.service import Courses
from vtp.ids import ClassId, CourseId, SectionId, SeriesId, UserId


@dataclass(frozen=True, slots=True)
class Deed:
    courses: Courses
    actor: Actor
    course_id: CourseId
    form: Form
    zone: str  # of who does it

    def id(self, field: str) -> UserId:
        return UserId(reading.needed(self.form, field))


Do = Callable[[Deed], Awaitable[object]]


async def _publish(deed: Deed) -> None:
    await deed.courses.catalogue.publish(deed.actor, deed.course_id)


async def _archive(deed: Deed) -> None:
    await deed.courses.catalogue.archive(deed.actor, deed.course_id)


async def _restore(deed: Deed) -> None:
    await deed.courses.catalogue.restore(deed.actor, deed.course_id)


async def _save(deed: Deed) -> None:
    form = deed.form
    fields = {
        "title": form.get("title", ""),
        "description": form.get("description", ""),
        "visibility": reading.one_of(form, "visibility", get_args(Visibility)),
        "time_zone": form.get("time_zone", ""),
        "open_enrolment": "open_enrolment" in form,
        "first_day": reading.day(form, "first_day"),
        "last_day": reading.day(form, "last_day"),
    }
    await deed.courses.catalogue.change(deed.actor, deed.course_id, fields)


async def _code(deed: Deed) -> None:
    await deed.courses.catalogue.make_code(deed.actor, deed.course_id)


async def _no_code(deed: Deed) -> None:
    await deed.courses.catalogue.drop_code(deed.actor, deed.course_id)


async def _enrol(deed: Deed) -> None:
    await deed.courses.enrolling.enrol(
        deed.actor, deed.course_id, section_id=reading.section(deed.form)
    )


async def _leave(deed: Deed) -> None:
    await deed.courses.enrolling.leave(deed.actor, deed.course_id)


async def _section(deed: Deed) -> None:
    await deed.courses.sections.create(
        deed.actor,
        deed.course_id,
        name=deed.form.get("name", ""),
        capacity=reading.whole(deed.form, "capacity"),
    )


async def _section_set(deed: Deed) -> None:
    section_id, form = SectionId(deed.id("section_id")), deed.form
    fields = {"name": form.get("name", ""), "capacity": reading.whole(form, "capacity")}
    await deed.courses.sections.change(deed.actor, section_id, fields)
    teachers = reading.ticked(form, "teacher-")
    await deed.courses.sections.set_teachers(deed.actor, section_id, list(map(UserId, teachers)))
    await deed.courses.enrolling.advance(deed.actor, section_id)


async def _section_delete(deed: Deed) -> None:
    await deed.courses.sections.delete(deed.actor, SectionId(deed.id("section_id")))


async def _plan(deed: Deed) -> None:
    section_id = SectionId(deed.id("section_id"))
    await deed.courses.timetable.plan(deed.actor, section_id, reading.plan(deed.form))


async def _move(deed: Deed) -> None:
    starts_at = reading.moment(deed.form, "starts_at", deed.zone)
    await deed.courses.timetable.change(
        deed.actor, ClassId(deed.id("class_id")), {"starts_at": starts_at}
    )


async def _cancel(deed: Deed) -> None:
    await deed.courses.timetable.cancel(
        deed.actor, ClassId(deed.id("class_id")), reason=deed.form.get("reason", "")
    )


async def _hold(deed: Deed) -> None:
    await deed.courses.timetable.restore(deed.actor, ClassId(deed.id("class_id")))


async def _end_series(deed: Deed) -> None:
    await deed.courses.timetable.end_series(deed.actor, SeriesId(deed.id("series_id")))


async def _holiday(deed: Deed) -> None:
    if (day := reading.day(deed.form, "day")) is None:
        raise BadTimes(fields={"day": "Say the day."})
    holiday = Holiday(day, deed.form.get("name", ""))
    await deed.courses.timetable.put_holiday(deed.actor, deed.course_id, holiday)


async def _no_holiday(deed: Deed) -> None:
    if (day := reading.day(deed.form, "day")) is not None:
        await deed.courses.timetable.remove_holiday(deed.actor, deed.course_id, day)


async def _student(deed: Deed) -> None:
    await deed.courses.enrolling.put(
        deed.actor,
        deed.course_id,
        email=deed.form.get("email", ""),
        section_id=reading.section(deed.form),
    )


async def _status(deed: Deed) -> None:
    status = reading.one_of(deed.form, "status", ("active", "completed", "dropped"))
    await deed.courses.enrolling.change(
        deed.actor, deed.course_id, deed.id("user_id"), status=status, section_id=None
    )


async def _apply(deed: Deed) -> None:
    await deed.courses.rolls.apply(
        deed.actor,
        deed.course_id,
        deed.form.get("list", "").encode(),
        drops="drop" in deed.form,
        digest=deed.form.get("digest", ""),
    )


async def _letter(deed: Deed) -> None:
    await deed.courses.inviting.write(
        deed.actor,
        deed.course_id,
        subject=deed.form.get("subject", ""),
        body=deed.form.get("body", ""),
        section_id=reading.section(deed.form),
    )


async def _staff(deed: Deed) -> None:
    await deed.courses.sections.put_staff(
        deed.actor,
        deed.course_id,
        email=deed.form.get("email", ""),
        role=reading.one_of(deed.form, "role", get_args(StaffRole)),
    )


async def _no_staff(deed: Deed) -> None:
    await deed.courses.sections.remove_staff(deed.actor, deed.course_id, deed.id("user_id"))


async def _withdraw(deed: Deed) -> None:
    await deed.courses.inviting.withdraw(
        deed.actor, deed.course_id, reading.needed(deed.form, "invitation_id")
    )


DEEDS: dict[str, Do] = {
    "publish": _publish,
    "archive": _archive,
    "restore": _restore,
    "save": _save,
    "code": _code,
    "no-code": _no_code,
    "enrol": _enrol,
    "leave": _leave,
    "section": _section,
    "section-set": _section_set,
    "section-delete": _section_delete,
    "plan": _plan,
    "move": _move,
    "cancel": _cancel,
    "hold": _hold,
    "end-series": _end_series,
    "holiday": _holiday,
    "no-holiday": _no_holiday,
    "student": _student,
    "status": _status,
    "apply": _apply,
    "letter": _letter,
    "staff": _staff,
    "no-staff": _no_staff,
    "withdraw": _withdraw,
}
