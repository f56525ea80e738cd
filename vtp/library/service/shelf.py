"""What is in the library: looked for, looked at, renamed, deleted and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID

from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.blob.keys import key_for
from vtp.blob.port import Blobs, Reading
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import NotFound
from vtp.ids import MediaId, uuid7
from vtp.library import rights
from vtp.library.kinds import Visibility
from vtp.library.model import Media, Wanted
from vtp.library.port import Enqueue, ProcessMedia
from vtp.library.problems import BadLink, NoPoster, NotReady, OtherKind, StillUsed
from vtp.library.service.gate import Gate
from vtp.library.store import files, items

POSTERS = "library-poster"
_LONGEST_LINK = 2000


class Shelf:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        blobs: Blobs,
        jobs: Enqueue,
        gate: Gate,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._blobs = blobs
        self._jobs = jobs
        self._gate = gate

    async def listed(self, actor: Actor, wanted: Wanted) -> list[Media]:
        user_id = actor.require_user()
        if wanted.everywhere and rights.OVERSEERS.isdisjoint(actor.roles):
            wanted = replace(wanted, everywhere=False)
        courses = await self._gate.courses(actor)
        return await items.listed(self._db, user_id=user_id, courses=courses, wanted=wanted)

    async def get(self, actor: Actor, id: MediaId) -> Media:
        return await self._gate.seen(actor, id)

    async def may_change(self, actor: Actor, id: MediaId) -> Media:
        return await self._gate.changed(actor, id)

    async def changes(self, actor: Actor, media: Media) -> bool:
        """Whether one who sees it may change it as well."""
        return await self._gate.changes(actor, media)

    async def by_ids(self, ids: Iterable[UUID]) -> dict[UUID, Media]:
        """For those who have asked their own gate already: outlines."""
        return {one.id: one for one in await items.by_ids(self._db, ids=list(ids))}

    async def alike(self, actor: Actor, media: Media) -> list[Media]:
        """Others with the same content, that this person may use in its place."""
        if media.sha256 is None:
            return []
        return await items.alike(
            self._db,
            media=media,
            user_id=actor.require_user(),
            courses=await self._gate.courses(actor),
        )

    async def add_link(
        self, actor: Actor, *, title: str, link: str, course_id: UUID | None
    ) -> Media:
        await self._gate.require_adding(actor, course_id)
        made = MediaId(uuid7())
        async with self._db.transaction() as tx:
            await items.insert_link(
                tx,
                id=made,
                owner_id=actor.require_user(),
                course_id=course_id,
                title=title.strip(),
                link=checked_link(link),
                at=self._clock.now(),
            )
            await self._record(tx, actor, made, "added")
        return await self._gate.seen(actor, made)

    async def change(
        self,
        actor: Actor,
        id: MediaId,
        *,
        title: str | None = None,
        description: str | None = None,
        tags: Sequence[str] | None = None,
        visibility: Visibility | None = None,
    ) -> Media:
        await self._gate.changed(actor, id)
        async with self._db.transaction() as tx:
            await items.change(
                tx,
                id=id,
                title=None if title is None else title.strip(),
                description=description,
                tags=None if tags is None else _tags(tags),
                visibility=visibility,
                at=self._clock.now(),
            )
            await self._record(tx, actor, id, "changed" if visibility is None else "shown")
        return await self._gate.seen(actor, id)

    async def delete(self, actor: Actor, id: MediaId, *, although_used: bool) -> Media:
        """Into the bin. What stands in courses goes only when that was said."""
        media = await self._gate.changed(actor, id)
        if media.uses and not although_used:
            raise StillUsed(more={"uses": media.uses})
        async with self._db.transaction() as tx:
            await items.set_deleted(tx, id=id, at=media.deleted_at or self._clock.now())
            await self._record(tx, actor, id, "deleted")
        return await self._gate.seen(actor, id)

    async def restore(self, actor: Actor, id: MediaId) -> Media:
        await self._gate.changed(actor, id)
        async with self._db.transaction() as tx:
            await items.set_deleted(tx, id=id, at=None)
            await self._record(tx, actor, id, "restored")
        return await self._gate.seen(actor, id)

    async def replace(self, actor: Actor, id: MediaId, *, by: MediaId) -> Media:
        """The file of `by` takes the place of that of `id` everywhere; `by` goes to the bin."""
        old, new = await self._gate.changed(actor, id), await self._gate.changed(actor, by)
        if old.id == new.id or old.kind == "link" or new.sha256 is None:
            raise OtherKind
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await items.set_content(
                tx,
                id=id,
                kind=new.kind,
                content_type=new.content_type,
                file_name=new.file_name,
                sha256=new.sha256,
                size=new.bytes,
                at=now,
            )
            await items.set_deleted(tx, id=by, at=now)
            work = ProcessMedia(id, new.sha256.hex())
            await self._jobs.enqueue(tx, work, subject=f"media:{id}", owner_id=old.owner_id)
            await self._record(tx, actor, id, "replaced")
        return await self._gate.seen(actor, id)

    async def view(self, actor: Actor, id: MediaId) -> int:
        """Somebody begins to look at it; how often that was."""
        await self._gate.seen(actor, id)
        async with self._db.transaction() as tx:
            return await items.count_view(tx, id=id)

    async def content(self, actor: Actor, id: MediaId) -> tuple[Media, str]:
        """And the key of its bytes."""
        media = await self._gate.seen(actor, id)
        if media.kind == "link":
            raise NotFound
        key = await files.key_of(self._db, sha256=media.sha256) if media.sha256 else None
        if key is None:
            raise NotReady
        return media, key

    def reading(self, key: str, *, start: int, length: int) -> AbstractAsyncContextManager[Reading]:
        return self._blobs.get(key, start=start, length=length)

    async def poster(self, actor: Actor, id: MediaId) -> UUID:
        media = await self._gate.seen(actor, id)
        if media.poster_id is None:
            raise NoPoster
        return media.poster_id

    def reading_poster(self, poster_id: UUID) -> AbstractAsyncContextManager[Reading]:
        return self._blobs.get(poster_key(poster_id))

    async def place(self, tx: Db, changes: Mapping[UUID, int]) -> None:
        """By how many places more, or less, each stands in outlines now."""
        if changed := {one: by for one, by in changes.items() if by}:
            await items.count_uses(tx, changes=changed)

    async def _record(self, tx: Db, actor: Actor, id: MediaId, action: str) -> None:
        await self._audit.record(tx, actor, action=action, noun="media", target_id=id)


def poster_key(poster_id: UUID) -> str:
    return key_for(POSTERS, poster_id, ".webp")


def checked_link(link: str) -> str:
    """Only to the web: no script, no file of somebody's own machine."""
    link = link.strip()
    parts = urlsplit(link) if len(link) <= _LONGEST_LINK else urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not link.isprintable():
        raise BadLink(fields={"link": BadLink.title()})
    return link


def _tags(tags: Sequence[str]) -> list[str]:
    """In small letters, each once, in the order given."""
    return list(dict.fromkeys(tag.strip().lower() for tag in tags if tag.strip()))
