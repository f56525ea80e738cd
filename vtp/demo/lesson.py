"""One class of the demo, from its plan to rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from vtp.attendance.ledger import Entry, Kind
from vtp.courses.model import ClassSession
from vtp.demo.term import Asked, Day, Pupil, Stretch
from vtp.ids import MeetingId, UserId, uuid7
from vtp.rooms.facts import ParticipantId, RoomRole
from vtp.rooms.model import Attendee
from vtp.rooms.service.example import PastClass, Question, Spoken

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of the plan, and who that is here."""

    user_id: UserId
    pupil: Pupil


class Lesson:
    """`word` is what its dice fall by."""

    def __init__(
        self,
        word: str,
        planned: ClassSession,
        went: Day,
        pupils: Sequence[Known],
        *,
        teacher: UserId,
    ) -> None:
        self.word = word
        self.planned = planned
        self.went = went
        self.known = {one.pupil.email: one for one in pupils}
        self.teacher = teacher
        self.meeting_id = MeetingId(uuid7(int(planned.starts_at.timestamp() * 1000)))
        self.length = round((planned.ends_at - planned.starts_at).total_seconds())
        self.teaching = ""  # as whom the teacher took part
        self.spans: list[Entry] = []

    def past(self) -> PastClass:
        """Its presence is in `spans` afterwards, and who taught is known."""
        went = self.went
        people = [self._came(self.teacher, "Ines Carvalho", "host", went.teacher)]
        self.teaching = str(people[0].id)
        for email, devices in went.pupils.items():
            who = self.known[email]
            people += [
                self._came(who.user_id, who.pupil.name, "member", device) for device in devices
            ]
            if email in went.hands:
                self._note(people[-1].id, who.user_id, "hand", went.hands[email])
        return PastClass(
            meeting_id=self.meeting_id,
            room_id=self.planned.room_id,
            began_at=min(one.joined_at for one in people),
            ended_at=self.at(max(until for _, until in went.teacher)),
            outage=None if went.outage is None else self._both(went.outage),
            people=people,
            spoken=[
                Spoken(
                    self.known[one.email].user_id,
                    self._name(one.email),
                    self.at(one.at),
                    one.text,
                )
                for one in went.said
            ],
            question=None if went.asked is None else self._question(went.asked),
            lost=[self.at(one) for one in went.lost],
        )

    def _came(
        self, user_id: UserId, name: str, role: RoomRole, stretches: Sequence[Stretch]
    ) -> Attendee:
        since = self.at(stretches[0][0])
        participant = ParticipantId(uuid7(int(since.timestamp() * 1000)))
        kinds: tuple[Kind, ...] = ("socket", "media")
        if role == "host":
            kinds = (*kinds, "microphone", "camera", "speaking")
        for stretch in stretches:
            for kind in kinds:
                self._note(participant, user_id, kind, stretch)
        return Attendee(
            id=participant,
            person=user_id,
            guest=False,
            name=name,
            role=role,
            joined_at=since,
            removed_at=None,
        )

    def _note(self, participant: UUID, user_id: UserId, kind: Kind, stretch: Stretch) -> None:
        since, until = self._both(stretch)
        self.spans.append(
            Entry(uuid7(), self.meeting_id, participant, user_id, False, kind, since, until, until)
        )

    def _question(self, asked: Asked) -> Question:
        return Question(
            text=asked.question,
            options=asked.options,
            by=self.teacher,
            at=self.at(asked.at),
            answers=[
                (self.known[email].user_id, self._name(email), choice)
                for email, choice in asked.chosen.items()
            ],
        )

    def _name(self, email: str) -> str:
        return self.known[email].pupil.name

    def at(self, second: int) -> datetime:
        return self.planned.starts_at + second * _SECOND

    def _both(self, stretch: Stretch) -> tuple[datetime, datetime]:
        return self.at(stretch[0]), self.at(stretch[1])
