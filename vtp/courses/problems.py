"""What can go wrong with courses, each with a code that stays. Pure."""

from __future__ import annotations

from vtp.errors import Conflict, Forbidden, Gone, Invalid, Limited, NotFound


class TeachersOnly(Forbidden):
    """Only those who teach this course can do this."""

    code = "teachers_only"


class StaffOnly(Forbidden):
    """Only the staff of this course can see this."""

    code = "course_staff_only"


class OwnerOnly(Forbidden):
    """Only the owner of the course and those who look after the school can do this."""

    code = "course_owner_only"


class EnrolmentClosed(Forbidden):
    """This course takes nobody who enrols by themselves. Ask its teacher."""

    code = "enrolment_closed"


class Archived(Conflict):
    """This course is archived. Take it out of the archive to change it."""

    code = "course_archived"


class InUse(Conflict):
    """Somebody is or was enrolled here. Archive the course instead."""

    code = "course_in_use"


class SectionInUse(Conflict):
    """Somebody is or was enrolled here, or classes are planned. Move them first."""

    code = "section_in_use"


class VenueInUse(Conflict):
    """Classes were or are to be held there. It can have another name, but not go."""

    code = "venue_in_use"


class NameTaken(Conflict):
    """There is one of this name already."""

    code = "name_taken"

    def __init__(self) -> None:
        super().__init__(fields={"name": self.title()})


class OwnerStays(Conflict):
    """The owner of a course always teaches it."""

    code = "owner_stays"


class StaffDoNotEnrol(Conflict):
    """Staff of a course cannot be its students."""

    code = "staff_do_not_enrol"


class NotEnrolled(Conflict):
    """This person is not enrolled here."""

    code = "not_enrolled"


class RosterChanged(Conflict):
    """Something changed since the list was looked at. Look at it again."""

    code = "roster_changed"


class DoubleBooked(Conflict):
    """The venue, the section or a teacher has another class at this time."""

    code = "double_booked"


class BadText(Invalid):
    """Something here cannot be used as it is."""

    code = "bad_text"


class BadTimes(Invalid):
    """These days and times do not go together."""

    code = "bad_times"


class BadCode(Invalid):
    """No course has this code."""

    code = "bad_join_code"

    def __init__(self) -> None:
        super().__init__(fields={"code": self.title()})


class NoSuchPerson(Invalid):
    """Nobody here has this email."""

    code = "no_such_person"

    def __init__(self) -> None:
        super().__init__(fields={"email": self.title()})


class NoSuchSection(Invalid):
    """This course has no such section."""

    code = "no_such_section"

    def __init__(self) -> None:
        super().__init__(fields={"section_id": self.title()})


class NoSuchVenue(Invalid):
    """There is no such venue."""

    code = "no_such_venue"

    def __init__(self) -> None:
        super().__init__(fields={"venue_id": self.title()})


class NotStaff(Invalid):
    """Who teaches a section has to teach its course first."""

    code = "not_course_staff"


class BadList(Invalid):
    """This list cannot be read. Its first line names the columns; one is "email"."""

    code = "bad_list"


class InvitationOver(Gone):
    """This invitation was used, taken back, or is too old. Ask for a new one."""

    code = "invitation_over"


class TooManyGuesses(Limited):
    """That were many codes. Wait a little."""

    code = "too_many_codes"


class NoPicture(NotFound):
    """This course has no picture."""
