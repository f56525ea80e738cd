"""A class of an hour with a recording, that was hard at one place, written as rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from asyncpg import Range

from tests.support.held_class import HeldClass
from vtp.actor import Actor
from vtp.ids import RecordingId, uuid7

NAMES = ("Noor", "Rosa", "Kwame", "Elif", "Mateo", "Lena", "Tomo")


@dataclass
class HardClass(HeldClass):
    recording_id: RecordingId = field(init=False)

    async def records(self, *paused: tuple[float, float], since: float = 0) -> None:
        """The class, from its minute `since` on."""
        self.recording_id = RecordingId(uuid7())
        db = self.parts.db
        await db.execute(
            "insert into recording (id, room_id, meeting_id, title, state, started_at, seconds)"
            " values ($1, $2, $3, 'Roots', 'ready', $4, 3600)",
            self.recording_id,
            self.room_id,
            self.meeting_id,
            self.at(since),
        )
        for pause in paused:
            values = (self.at(pause[0]), self.at(pause[1]))
            await db.execute(
                "insert into recording_pause values ($1, $2, $3)", self.recording_id, *values
            )
        await db.execute(
            "insert into class_recording values ($1, $2)", self.recording_id, self.class_id
        )

    async def watched(self, who: Actor, *spans: tuple[int, int]) -> None:
        """In seconds of the recording."""
        await self.parts.db.execute(
            "insert into watched (user_id, recording_id, seen, position_at, watched_at)"
            " values ($1, $2, $3, $4, $4)",
            who.user_id,
            self.recording_id,
            [Range(start * 1000, end * 1000) for start, end in spans],
            self.at(90),
        )

    async def seven(self) -> dict[str, Actor]:
        return {name: await self.student(name) for name in NAMES}

    async def is_hard(self, people: dict[str, Actor]) -> None:
        """Six in class, Rosa until the half, Mateo only later; at 9:28 it is hard."""
        await self.meets(-5, 61)
        await self.records()
        await self.receives(self.ines, (0, 60))
        for name in NAMES:
            if name != "Mateo":
                await self.receives(people[name], (0, 30) if name == "Rosa" else (0, 60))
        await self.watched(people["Mateo"], (0, 3000))
        await self.watched(people["Rosa"], (1600, 3600))
        await self.receives(people["Noor"], (28, 28.5), kind="hand")
        await self.receives(people["Noor"], (29, 31), kind="speaking")
        db = self.parts.db
        for second in (1680, 1684):
            await db.execute(
                "insert into lost_moment values ($1, $2, $3)",
                uuid7(),
                self.meeting_id,
                self.at(second / 60),
            )
        await db.execute(
            "insert into chat_message (id, meeting_id, author_id, author_name, author_role, text,"
            " sent_at, key) values ($1, $2, $3, 'Lena', 'member', 'Why does it flip?', $4, $1)",
            uuid7(),
            self.meeting_id,
            people["Lena"].user_id,
            self.at(28.1),
        )
        await db.execute(
            "insert into recording_chapter values ($1, 0, 'Warm-up'), ($1, 1500000, 'Graphs')",
            self.recording_id,
        )
        await self._a_poll(people["Noor"])
        await db.execute(
            "insert into reaction_count values ($1, $2, 'heart', 4)", self.meeting_id, self.at(10)
        )

    async def _a_poll(self, answers: Actor) -> None:
        poll, db = uuid7(), self.parts.db
        await db.execute(
            "insert into poll (id, meeting_id, kind, question, options, anonymous, live, created_by,"
            " created_at, opened_at, closed_at)"
            " values ($1, $2, 'single', 'Ready?', '{Yes,No}', false, true, $3, $4, $4, $5)",
            poll,
            self.meeting_id,
            self.ines.user_id,
            self.at(40),
            self.at(42),
        )
        await db.execute(
            "insert into poll_answer (poll_id, voter, user_id, name, choices, text, answered_at)"
            " values ($1, 'v', $2, 'Noor', '{0}', '', $3)",
            poll,
            answers.user_id,
            self.at(41),
        )
