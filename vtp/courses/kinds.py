"""What courses tell people: a letter to the class, a place in it, a class that is elsewhere."""

from __future__ import annotations

from vtp.mail.model import Letter
from vtp.notices.topics import Choice, Kind, Topic

LETTERS_TO_CLASS = Topic(
    name="courses.letters",
    title="topic.classLetters",
    text="topic.classLettersText",
    by_mail=Choice.ON,
)
PLACES = Topic(
    name="courses.places", title="topic.places", text="topic.placesText", by_mail=Choice.ON
)
TIMES = Topic(name="courses.times", title="topic.times", text="topic.timesText", by_mail=Choice.ON)

# Values: {course}, {author}, {subject}, {body}.
WROTE = Kind(
    name="courses.wrote",
    topic=LETTERS_TO_CLASS,
    line="notice.classLetter",
    icon="mail",
    link="/courses",
    letter=Letter(
        topic="courses.wrote",
        subject="letter.classLetter.subject",
        text=("letter.classLetter.text",),
        action="letter.course.action",
        note="letter.classLetter.note",
    ),
)
# Values: {course}.
ENROLLED = Kind(
    name="courses.enrolled",
    topic=PLACES,
    line="notice.enrolled",
    icon="book-open",
    link="/courses",
    letter=Letter(
        topic="courses.enrolled",
        subject="letter.enrolled.subject",
        text=("letter.enrolled.text",),
        action="letter.course.action",
    ),
)
WAITS = Kind(name="courses.waits", topic=PLACES, line="notice.waits", icon="clock", link="/courses")
DROPPED = Kind(
    name="courses.dropped", topic=PLACES, line="notice.dropped", icon="log-out", link="/courses"
)
# Values: {course}, {title}, {time}: when it was to begin, for its reader.
MOVED = Kind(
    name="courses.moved",
    topic=TIMES,
    line="notice.classMoved",
    icon="calendar-days",
    link="/courses",
    letter=Letter(
        topic="courses.moved",
        subject="letter.classMoved.subject",
        text=("letter.classMoved.text",),
        action="letter.course.action",
    ),
)
CANCELLED = Kind(
    name="courses.cancelled",
    topic=TIMES,
    line="notice.classCancelled",
    icon="calendar-days",
    link="/courses",
    letter=Letter(
        topic="courses.cancelled",
        subject="letter.classCancelled.subject",
        text=("letter.classCancelled.text",),
        action="letter.course.action",
    ),
)
# To whoever has an address and perhaps no account. Values: {course}, {author}.
INVITED = Letter(
    topic="courses.invited",
    subject="letter.courseInvitation.subject",
    text=("letter.courseInvitation.text",),
    action="letter.courseInvitation.action",
    note="letter.courseInvitation.note",
)

KINDS = (WROTE, ENROLLED, WAITS, DROPPED, MOVED, CANCELLED)
LETTERS = (INVITED, *(kind.letter for kind in KINDS if kind.letter))
