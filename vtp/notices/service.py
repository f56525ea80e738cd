"""Telling people: by mail, in the page, as they chose; and what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.edge.texts import Texts
from vtp.errors import Invalid, NotFound
from vtp.ids import NoticeId, UserId, uuid7
from vtp.mail.model import Recipient
from vtp.mail.service import Addressee, Mails
from vtp.notices import store
from vtp.notices.model import Chosen, Notice, Preference, Shown
from vtp.notices.topics import Choice, Kind, Topic, Topics, chosen, wanted


class FixedChoice(Invalid):
    """This cannot be turned off, or there is nothing to turn on."""

    code = "fixed_choice"


class Notices:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        mails: Mails,
        topics: Topics,
        texts: Texts,
        addressee: Addressee,
    ) -> None:
        self._db = db
        self._clock = clock
        self._mails = mails
        self._topics = topics
        self._texts = texts
        self._addressee = addressee

    async def tell(
        self,
        tx: Db,
        user_id: UserId,
        kind: Kind,
        values: Mapping[str, str] | None = None,
        *,
        link: str = "",
        key: str | None = None,
        to: str = "",
    ) -> None:
        """Tell somebody, in the transaction of what happened; once, where a `key` is given.

        `link` is where it leads instead of the link of its kind, `to` another address than
        theirs for the mail. In texts, {when} is the time of this call.
        """
        recipient = await self._addressee(tx, user_id)
        if recipient is None:
            return
        if self._topics.kind(kind.name) is None:
            raise LookupError(f"{kind.name} is not among the kinds of the program")
        holds = self._held(kind.topic, await store.preference(tx, user_id, kind.topic.name))
        leads, said = link or kind.link, dict(values or {})
        if wanted(holds.in_page):
            notice = Notice(
                id=NoticeId(uuid7()),
                user_id=user_id,
                kind=kind.name,
                values=said,
                link=leads,
                created_at=self._clock.now(),
            )
            await store.insert(tx, notice, key=f"{kind.name}:{key}" if key else None)
        if kind.letter is not None and wanted(holds.by_mail):
            address = to or recipient.address
            await self._mails.send(
                tx,
                kind.letter,
                to=Recipient(
                    address=address,
                    user_id=user_id,
                    language=recipient.language,
                    time_zone=recipient.time_zone,
                ),
                values=said,
                path=leads,
                key=f"{kind.name}:{user_id}:{key}" if key else None,
            )

    # --- what somebody was told -----------------------------------------------------------------
    async def listed(self, actor: Actor, *, before: UUID | None, limit: int) -> list[Notice]:
        """One's own, the newest first."""
        return await store.of_user(self._db, actor.require_user(), before=before, limit=limit)

    def shown(self, notice: Notice) -> Shown:
        """Also what an older or newer version wrote: then its name is all that we know."""
        kind = self._topics.kind(notice.kind)
        text = self._texts(kind.line, **notice.values) if kind else notice.kind
        return Shown(
            id=notice.id,
            kind=notice.kind,
            text=text,
            icon=kind.icon if kind else "info",
            link=notice.link,
            created_at=notice.created_at,
            read=notice.read_at is not None,
        )

    async def unread(self, user_id: UserId) -> int:
        return (await store.unread(self._db, [user_id])).get(user_id, 0)

    async def read(self, actor: Actor, notice_id: UUID) -> None:
        async with self._db.transaction() as tx:
            found = await store.read(tx, actor.require_user(), notice_id, at=self._clock.now())
        if not found:
            raise NotFound

    async def read_all(self, actor: Actor, *, up_to: UUID | None = None) -> None:
        """Those up to `up_to`: what came since was not seen yet."""
        async with self._db.transaction() as tx:
            await store.read_all(tx, actor.require_user(), up_to=up_to, at=self._clock.now())

    # --- what somebody wants to be told -----------------------------------------------------------
    async def preferences(self, actor: Actor) -> list[Chosen]:
        own = await store.preferences(self._db, actor.require_user())
        return [
            self._held(topic, own.get(topic.name, Preference()))
            for topic in self._topics
            if topic.concerns(actor)
        ]

    async def prefer(
        self, actor: Actor, topic: str, *, by_mail: bool | None, in_page: bool | None
    ) -> Chosen:
        """None leaves a channel as it is."""
        user_id, about = actor.require_user(), self._topics.topic(topic)
        if about is None or not about.concerns(actor):
            raise NotFound
        _require_open(about.by_mail, choice=by_mail, field="by_mail")
        _require_open(about.in_page, choice=in_page, field="in_page")
        async with self._db.transaction() as tx:
            await store.prefer(tx, user_id, topic, by_mail=by_mail, in_page=in_page)
            return self._held(about, await store.preference(tx, user_id, topic))

    def _held(self, topic: Topic, own: Preference) -> Chosen:
        return Chosen(
            topic,
            self._texts(topic.title),
            self._texts(topic.text),
            chosen(topic.by_mail, choice=own.by_mail),
            chosen(topic.in_page, choice=own.in_page),
        )


def _require_open(default: Choice, *, choice: bool | None, field: str) -> None:
    """Saying what holds anyway is no mistake."""
    fixed = default in {Choice.ALWAYS, Choice.NEVER}
    if fixed and choice is not None and choice is not (default is Choice.ALWAYS):
        raise FixedChoice(fields={field: FixedChoice.title()})
