"""What people are told about certificates, and the reports that staff chose."""

from __future__ import annotations

from vtp.mail.model import Letter
from vtp.notices.topics import Choice, Kind, Topic

CERTIFICATES = Topic(
    name="attendance.certificates",
    title="topic.certificates",
    text="topic.certificatesText",
    by_mail=Choice.ON,
)
# Chosen course by course, on its page of attendance: nobody is sent one who did not ask.
REPORTS = Topic(
    name="attendance.reports",
    title="topic.reports",
    text="topic.reportsText",
    by_mail=Choice.ON,
    in_page=Choice.OFF,
)

# Values: {course}.
EARNED = Kind(
    name="attendance.certificate_earned",
    topic=CERTIFICATES,
    line="notice.certificateEarned",
    icon="award",
    link="/courses",
    letter=Letter(
        topic="attendance.certificate_earned",
        subject="letter.certificateEarned.subject",
        text=("letter.certificateEarned.text",),
        action="letter.certificateEarned.action",
    ),
)
# Values: {course}.
ISSUED = Kind(
    name="attendance.certificate_issued",
    topic=CERTIFICATES,
    line="notice.certificateIssued",
    icon="award",
    link="/certificates",
    letter=Letter(
        topic="attendance.certificate_issued",
        subject="letter.certificateIssued.subject",
        text=("letter.certificateIssued.text",),
        action="letter.certificateIssued.action",
    ),
)
# Values: {course}, {why}.
REVOKED = Kind(
    name="attendance.certificate_revoked",
    topic=CERTIFICATES,
    line="notice.certificateRevoked",
    icon="award",
    link="/certificates",
    letter=Letter(
        topic="attendance.certificate_revoked",
        subject="letter.certificateRevoked.subject",
        text=("letter.certificateRevoked.text",),
        action="letter.certificateRevoked.action",
    ),
)
# Values: {course}.
RESTORED = Kind(
    name="attendance.certificate_restored",
    topic=CERTIFICATES,
    line="notice.certificateRestored",
    icon="award",
    link="/certificates",
)
# Values: {course}, {held}, {average}, {risk}, {rule}.
REPORT = Kind(
    name="attendance.report",
    topic=REPORTS,
    line="notice.attendanceReport",
    icon="chart-column",
    link="/courses",
    letter=Letter(
        topic="attendance.report",
        subject="letter.attendanceReport.subject",
        text=("letter.attendanceReport.text", "letter.attendanceReport.risk"),
        action="letter.attendanceReport.action",
        note="letter.attendanceReport.note",
    ),
)

KINDS = (EARNED, ISSUED, REVOKED, RESTORED, REPORT)
LETTERS = tuple(kind.letter for kind in KINDS if kind.letter)
