"""The gate of the library: who sees and changes an item. HTTP, pages and outlines all ask here."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from vtp.actor import Actor
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import MediaId
from vtp.library import rights
from vtp.library.model import Media
from vtp.library.port import NoShelves, Shelves
from vtp.library.problems import NotAllowedToUpload, NotYours
from vtp.library.store import items


class Gate:
    def __init__(self, db: Database) -> None:
        self._db = db
        # Courses are made after the library, so they are named to it later.
        self.shelves: Shelves = NoShelves()

    async def courses(self, actor: Actor) -> Sequence[UUID]:
        return await self.shelves.edited(actor)

    async def require_adding(self, actor: Actor, course_id: UUID | None) -> None:
        """To the library, or to that of a course."""
        actor.require_user()
        edits = course_id is not None and course_id in await self.shelves.edited(actor)
        if course_id is not None and not edits:
            raise NotFound
        if not rights.may_add(actor.roles, edits_course=edits):
            raise NotAllowedToUpload

    async def seen(self, actor: Actor, id: MediaId) -> Media:
        media, changes = await self._found(actor, id)
        reads = False
        if not changes and media.deleted_at is None and media.visibility == "private":
            reads = await self.shelves.reads(actor, id)
        if not rights.may_see(
            changes=changes,
            visibility=media.visibility,
            deleted=media.deleted_at is not None,
            reads=reads,
        ):
            raise NotFound
        return media

    async def changed(self, actor: Actor, id: MediaId) -> Media:
        """One that they may change; refused where they only see it."""
        media, changes = await self._found(actor, id)
        if changes:
            return media
        await self.seen(actor, id)
        raise NotYours

    async def _found(self, actor: Actor, id: MediaId) -> tuple[Media, bool]:
        actor.require_user()
        media = await items.by_id(self._db, id=id)
        if media is None:
            raise NotFound
        return media, await self.changes(actor, media)

    async def changes(self, actor: Actor, media: Media) -> bool:
        owns = media.owner_id == actor.user_id
        edits = False
        if not owns and media.course_id is not None:
            edits = media.course_id in await self.shelves.edited(actor)
        return rights.may_change(actor.roles, owns=owns, edits_course=edits)
