"""What attendance tells students: that they can catch up, and what became of a mark."""

from __future__ import annotations

from vtp.mail.model import Letter
from vtp.notices.topics import Choice, Kind, Topic

MARKS = Topic(
    name="attendance.marks", title="topic.marks", text="topic.marksText", by_mail=Choice.ON
)

# Values: {course}, {title}, {minutes} that they missed, {until}: the last day.
MISSED = Kind(
    name="attendance.missed",
    topic=MARKS,
    line="notice.missedClass",
    icon="history",
    link="/courses",
    letter=Letter(
        topic="attendance.missed",
        subject="letter.missedClass.subject",
        text=("letter.missedClass.text",),
        action="letter.missedClass.action",
    ),
)
# Values: {course}, {title}.
MADE_UP = Kind(
    name="attendance.made_up",
    topic=MARKS,
    line="notice.madeUp",
    icon="circle-check",
    link="/courses",
)
# Values: {course}, {title}, {mark}, {why}.
CHANGED = Kind(
    name="attendance.changed",
    topic=MARKS,
    line="notice.markChanged",
    icon="pencil",
    link="/courses",
    letter=Letter(
        topic="attendance.changed",
        subject="letter.markChanged.subject",
        text=("letter.markChanged.text",),
        action="letter.markChanged.action",
    ),
)
# Values: {course}, {title}, {answer}.
ANSWERED = Kind(
    name="attendance.answered",
    topic=MARKS,
    line="notice.markAnswered",
    icon="message-square",
    link="/courses",
)

KINDS = (MISSED, MADE_UP, CHANGED, ANSWERED)
LETTERS = tuple(kind.letter for kind in KINDS if kind.letter)
