"""Messages of a class: written, read, deleted; reactions; and who is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.edge.sockets.bucket import Bucket, Rate
from vtp.edge.sockets.channels import Sid
from vtp.errors import NotFound
from vtp.ids import MeetingId, uuid7
from vtp.rooms import rights
from vtp.rooms.facts import Participant
from vtp.rooms.meeting import Meeting
from vtp.rooms.model import Held
from vtp.rooms.problems import (
    BadImage,
    BadReply,
    MayNotWrite,
    NoSuchMessage,
    NoSuchParticipant,
    NotYourMessage,
    TooManyMessages,
    ToYourself,
)
from vtp.rooms.service.committing import committed
from vtp.rooms.service.images import Images
from vtp.rooms.service.live import Live
from vtp.rooms.service.meetings import Meetings
from vtp.rooms.store import talk as store
from vtp.rooms.talk import messages, moves
from vtp.rooms.talk.messages import Image, ImageId, Message, MessageId, Quote, Recipient
from vtp.rooms.talk.reactions import Counts, Reaction, minute

# Of one person: a quick exchange, but nobody fills the screens of others.
WRITING = Rate(per_second=0.5, burst=8)
REACTING = Rate(per_second=2.0, burst=6)
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody wants to say."""

    text: str
    key: UUID  # of the client: what comes a second time under it, is said once
    to: UUID | None = None  # a person
    reply_to: UUID | None = None
    image: UUID | None = None


@dataclass(frozen=True, slots=True)
class Older:
    messages: Sequence[Message]  # in their order
    more: bool


class Talk:
    def __init__(
        self, db: Database, *, live: Live, meetings: Meetings, images: Images, clock: Clock
    ) -> None:
        self._db = db
        self._live = live
        self._meetings = meetings
        self._images = images
        self._clock = clock
        self._buckets: dict[tuple[MeetingId, UUID, Rate], Bucket] = {}
        self._reactions: dict[MeetingId, Counts] = {}
        self._writing = asyncio.Lock()

    # --- by who is in the class ---------------------------------------------------------------
    async def say(self, sid: Sid, written: Written) -> Message:
        meeting, me = self._here(sid)
        text = messages.cleaned(written.text, image=written.image is not None)
        to = self._recipient(meeting, me, written.to)
        if wait := self._too_often(meeting, me, WRITING):
            raise TooManyMessages(retry_after=round(wait, 1))
        work = partial(self._say, sid, written, text, to)
        return await committed(self._live.outside.tasks, meeting, work)

    async def _say(self, sid: Sid, written: Written, text: str, to: Recipient | None) -> Message:
        meeting, me = self._here(sid)  # rights may have changed while others had the turn
        self._recipient(meeting, me, written.to)
        reply = await self._quoted(meeting, me, written.reply_to, to)
        image = await self._image(meeting, me, written.image)
        message = Message(
            id=messages.next_id(uuid7(), meeting.state.talk.newest),
            author=me.user_id,
            name=me.name,
            role=me.role,
            sent_at=self._clock.now(),
            text=text,
            to=to,
            reply=reply,
            image=image,
        )
        async with self._db.transaction() as tx:
            new = await store.insert(tx, meeting_id=meeting.id, message=message, key=written.key)
            said = message if new else await self._before(tx, meeting, me, written)
        if said.deleted is None:
            meeting.do(moves.Say(said))
        return said

    async def _before(self, tx: Db, meeting: Meeting, me: Participant, written: Written) -> Message:
        """The acknowledgement of the first time was lost on its way."""
        found = await store.by_key(tx, meeting_id=meeting.id, author=me.user_id, key=written.key)
        if found is None:
            raise NoSuchMessage
        return found

    def _recipient(
        self, meeting: Meeting, me: Participant, user_id: UUID | None
    ) -> Recipient | None:
        """Somebody who is in the class. Whether they may be written to is asked of the rights."""
        if user_id is None:
            if not rights.may_chat(me.role, to=None, locks=meeting.state.locks):
                raise MayNotWrite
            return None
        if user_id == me.user_id:
            raise ToYourself
        other = next(iter(meeting.state.of_user(user_id)), None)
        if other is None:
            raise NoSuchParticipant
        if not rights.may_chat(me.role, to=other.role, locks=meeting.state.locks):
            raise MayNotWrite
        return Recipient(user_id=user_id, name=other.name)

    async def _quoted(
        self, meeting: Meeting, me: Participant, message_id: UUID | None, to: Recipient | None
    ) -> Quote | None:
        """What is private stays between its two."""
        if message_id is None:
            return None
        found = await store.by_id(
            self._db, meeting_id=meeting.id, message_id=message_id, user_id=me.user_id
        )
        if found is None or found.deleted is not None:
            raise BadReply
        if found.to is not None:
            two = {found.author, found.to.user_id}
            if to is None or {me.user_id, to.user_id} != two:
                raise BadReply
        return messages.quote(found)

    async def _image(
        self, meeting: Meeting, me: Participant, image_id: UUID | None
    ) -> Image | None:
        if image_id is None:
            return None
        found = await store.unsent_image(
            self._db, meeting_id=meeting.id, owner_id=me.user_id, image_id=image_id
        )
        if found is None:
            raise BadImage
        return found

    async def older(self, sid: Sid, *, before: UUID) -> Older:
        """The page before a message that is known."""
        meeting, me = self._here(sid)
        found = await store.listed(
            self._db, meeting_id=meeting.id, user_id=me.user_id, before=before, limit=PAGE + 1
        )
        return Older(found[:PAGE][::-1], more=len(found) > PAGE)

    async def erase_from(self, sid: Sid, *, message_id: UUID) -> None:
        meeting, me = self._here(sid)
        hosts = rights.is_staff(me.role)
        await self._erase(meeting.id, message_id, user_id=me.user_id, hosts=hosts)

    # --- over HTTP, also when the class is over -----------------------------------------------
    async def listed(
        self, actor: Actor, meeting_id: MeetingId, *, before: UUID | None, limit: int
    ) -> list[Message]:
        """Newest first, for hosts and for those who were there; of private ones one's own."""
        await self.seen_by(actor, meeting_id)
        return await store.listed(
            self._db, meeting_id=meeting_id, user_id=actor.person_id, before=before, limit=limit
        )

    async def erase(self, actor: Actor, meeting_id: MeetingId, message_id: UUID) -> None:
        held, hosts = await self.seen_by(actor, meeting_id)
        await self._erase(held.id, message_id, user_id=actor.person_id, hosts=hosts)

    async def image(self, actor: Actor, meeting_id: MeetingId, image_id: UUID) -> ImageId:
        """The gate of images is that of the message in which they stand."""
        await self.seen_by(actor, meeting_id)
        if not await store.shown_image(
            self._db, meeting_id=meeting_id, user_id=actor.person_id, image_id=image_id
        ):
            raise NotFound
        return ImageId(image_id)

    async def seen_by(self, actor: Actor, meeting_id: MeetingId) -> tuple[Held, bool]:
        """What is said in a class is for its hosts and those who are or were in it."""
        held, role = await self._meetings.seen(actor, meeting_id)
        hosts = rights.may_host(role)
        if not hosts and not await store.was_there(
            self._db, meeting_id=meeting_id, user_id=actor.person_id
        ):
            raise NotFound
        return held, hosts

    # --- deleting -----------------------------------------------------------------------------
    async def _erase(
        self, meeting_id: MeetingId, message_id: UUID, *, user_id: UUID, hosts: bool
    ) -> None:
        meeting = self._live.get(meeting_id)
        work = partial(self._erase_now, meeting_id, message_id, user_id=user_id, hosts=hosts)
        if meeting is None:
            await work()
        else:
            await committed(self._live.outside.tasks, meeting, work)

    async def _erase_now(
        self, meeting_id: MeetingId, message_id: UUID, *, user_id: UUID, hosts: bool
    ) -> None:
        found = await store.by_id(
            self._db, meeting_id=meeting_id, message_id=message_id, user_id=user_id
        )
        if found is None or found.deleted is not None:
            raise NoSuchMessage
        by = messages.who_deletes(found, user_id=user_id, hosts=hosts)
        if by is None:
            raise NotYourMessage
        async with self._db.transaction() as tx:
            await store.erase(
                tx, meeting_id=meeting_id, message_id=message_id, by=by, at=self._clock.now()
            )
        meeting = self._live.get(meeting_id)
        if meeting is not None and (found.to is None or _at_hand(meeting, found)):
            meeting.do(moves.Erase(MessageId(message_id), by))
        if found.image is not None:
            await self._images.delete(found.image.id)

    # --- reactions, and who is lost -----------------------------------------------------------
    def react(self, sid: Sid, reaction: Reaction) -> None:
        """For a moment, for everybody; what is kept is how many there were in each minute."""
        meeting, me = self._here(sid)
        if not rights.may_react(me.role):
            raise MayNotWrite
        if wait := self._too_often(meeting, me, REACTING):
            raise TooManyMessages(retry_after=round(wait, 1))
        meeting.react(me.id, reaction)
        counts = self._reactions.setdefault(meeting.id, Counter())
        counts[minute(self._clock.now()), reaction] += 1

    async def lose(self, sid: Sid) -> None:
        """Hosts hear that one more cannot follow, and not who. Again within a while changes
        nothing.
        """
        meeting, me = self._here(sid)
        if not rights.may_answer(me.role):
            raise MayNotWrite
        await committed(self._live.outside.tasks, meeting, partial(self._lose, meeting, me))

    async def _lose(self, meeting: Meeting, me: Participant) -> None:
        if me.user_id in meeting.state.talk.lost:
            return
        async with self._db.transaction() as tx:
            await store.insert_lost(tx, id=uuid7(), meeting_id=meeting.id, at=self._clock.now())
        meeting.do(moves.Lose(me.user_id))

    # --- as time passes -----------------------------------------------------------------------
    async def flush(self) -> None:
        """Write how many reactions there were; what cannot be written waits.

        Others react meanwhile, and a round may still write when the last one is asked for.
        """
        async with self._writing:
            for meeting_id in list(self._reactions):
                counts = self._reactions.pop(meeting_id)
                try:
                    async with self._db.transaction() as tx:
                        await store.add_reactions(tx, meeting_id=meeting_id, counts=counts)
                except BaseException:
                    self._reactions.setdefault(meeting_id, Counter()).update(counts)
                    raise

    def sweep(self) -> None:
        """Forget how often those wrote who were quiet for long, or whose class is over."""
        here = {meeting.id for meeting in self._live}
        for key in [key for key in self._buckets if key[0] not in here]:
            del self._buckets[key]

    # --- who asks -----------------------------------------------------------------------------
    def _here(self, sid: Sid) -> tuple[Meeting, Participant]:
        meeting, seat = self._live.seated(sid)
        return meeting, meeting.state.participants[seat.participant_id]

    def _too_often(self, meeting: Meeting, me: Participant, rate: Rate) -> float:
        now = self._clock.monotonic()
        key = (meeting.id, me.user_id, rate)
        if (bucket := self._buckets.get(key)) is None:
            bucket = self._buckets[key] = Bucket(rate, now=now)
        return bucket.take(rate, now=now)


def _at_hand(meeting: Meeting, message: Message) -> bool:
    return meeting.state.talk.message(message.id) is not None
