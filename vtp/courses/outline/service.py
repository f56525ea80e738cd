"""Outlines: changed by several at once, undone by each for themselves, published as a step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

import msgspec

from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses.outline import store, tree
from vtp.courses.outline.model import Done, Draft
from vtp.courses.outline.problems import (
    Incomplete,
    NodeGone,
    NoSuchPlace,
    NothingPublished,
    NothingToUndo,
    Overwrites,
)
from vtp.courses.outline.tree import Added, Change, FieldSet, Node, Step
from vtp.db import Database, Db
from vtp.errors import NotFound
from vtp.ids import CourseId, MediaId, UserId
from vtp.library.model import Media
from vtp.library.service.shelf import Shelf, checked_link

_LONGEST_TITLE = 200
_LONGEST_BODY = 100_000

T = TypeVar("T")
How = Literal["do", "undo", "redo"]
OnDone = Callable[[Done], Awaitable[None]]


class Gate(Protocol):
    """What this needs of `vtp.courses.service.gate.Gate`."""

    async def taught(self, actor: Actor, course_id: CourseId) -> Any: ...

    async def staffed(self, actor: Actor, course_id: CourseId) -> Any: ...

    async def inside(self, actor: Actor, course_id: CourseId) -> Any: ...


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A change that somebody wants, and the outline that they saw when they did."""

    op_id: UUID
    base: int
    client: str
    steps: list[Step]


class Outlines:
    def __init__(
        self, db: Database, *, clock: Clock, audit: Audit, gate: Gate, shelf: Shelf
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._gate = gate
        self._shelf = shelf
        # Told after the commit, in the order of revisions of one course.
        self.on_done: list[OnDone] = []

    async def draft(self, actor: Actor, course_id: CourseId) -> Draft:
        """As those see it who change it; for the staff."""
        await self._gate.staffed(actor, course_id)
        rev, published = await store.revs(self._db, course_id=course_id)
        nodes = await store.nodes(self._db, course_id=course_id)
        return Draft(
            course_id=course_id,
            rev=rev,
            published_rev=published,
            unpublished=await store.count_since(self._db, course_id=course_id, rev=published or 0),
            nodes=nodes,
            media=await self._media(nodes),
        )

    async def name_of(self, user_id: UserId) -> str:
        return await store.name_of(self._db, user_id=user_id)

    async def may_watch(self, actor: Actor, course_id: CourseId) -> None:
        await self._gate.staffed(actor, course_id)

    async def change(self, actor: Actor, course_id: CourseId, wish: Wish) -> Done:
        """Once for each `op_id`: whoever lost the answer sends it again."""
        await self._gate.taught(actor, course_id)
        await self._require_fit(actor, course_id, wish.steps)
        async with self._db.transaction() as tx:
            rev = await store.lock(tx, course_id=course_id)
            done = await self._do(tx, actor, course_id, wish, rev=rev, how="do")
            if done is None:
                before = await store.op_by_id(tx, course_id=course_id, op_id=wish.op_id)
                return await self._again(tx, course_id, _there(before), wish.client)
        return await self._told(done)

    async def undo(
        self, actor: Actor, course_id: CourseId, *, op_id: UUID, client: str, redo: bool = False
    ) -> Done:
        """Take back what one did last, or do again what one took back; what others did stays."""
        user_id = (await self._allowed(actor, course_id)).require_user()
        async with self._db.transaction() as tx:
            rev = await store.lock(tx, course_id=course_id)
            before = await store.op_by_id(tx, course_id=course_id, op_id=op_id)
            if before is not None:
                return await self._again(tx, course_id, before, client)
            last = await store.last_op(tx, course_id=course_id, actor_id=user_id, undone=redo)
            if last is None:
                raise NothingToUndo
            wish = Wish(op_id=op_id, base=last.rev, client=client, steps=last.inverse)
            how: How = "redo" if redo else "undo"
            done = _there(await self._do(tx, actor, course_id, wish, rev=rev, how=how))
            await store.mark_undone(tx, course_id=course_id, rev=last.rev)
        return await self._told(done)

    async def _allowed(self, actor: Actor, course_id: CourseId) -> Actor:
        await self._gate.taught(actor, course_id)
        return actor

    async def _do(
        self, tx: Db, actor: Actor, course_id: CourseId, wish: Wish, *, rev: int, how: How
    ) -> Done | None:
        """None where it was done before."""
        ids, rows = tree.named(wish.steps)
        found, repeated = await store.some(
            tx, course_id=course_id, ids=ids, rows=rows, op_id=wish.op_id
        )
        if repeated:
            return None
        before = {node.id: node for node in found}
        unknown = ids - before.keys()
        if unknown and await store.taken(tx, ids=list(unknown), course_id=course_id):
            raise NotFound
        change = Change(dict(before), rev=rev + 1, base=wish.base, client=wish.client)
        inverse = await self._applied(change, course_id, wish.steps)
        changed = [change.nodes[one] for one in change.changed if one in ids]
        await store.put(tx, course_id=course_id, changed=changed)
        spread = [change.nodes[one] for one in change.changed - ids]
        if spread:
            changed += await store.set_ranks(tx, course_id=course_id, nodes=spread)
        now, user_id = self._clock.now(), actor.require_user()
        await store.insert_op(
            tx,
            course_id=course_id,
            rev=rev + 1,
            op_id=wish.op_id,
            actor_id=user_id,
            client=wish.client,
            how=how,
            steps=wish.steps,
            inverse=inverse,
            at=now,
        )
        await self._shelf.place(tx, _places(before, changed))
        return Done(
            course_id=course_id,
            rev=rev + 1,
            op_id=wish.op_id,
            client=wish.client,
            by=user_id,
            nodes=changed,
            media={},
            rebased=change.rebased,
            at=now,
        )

    async def _applied(
        self, change: Change, course_id: CourseId, steps: Sequence[Step]
    ) -> list[Step]:
        try:
            return change.apply(steps)
        except tree.Overwritten as told:
            raise await self._overwrites(course_id, told) from None
        except tree.Missing as told:
            if told.deleted:
                raise NodeGone(more={"id": str(told.id)}) from None
            raise NotFound from None
        except tree.Misfit:
            raise NoSuchPlace from None

    async def _overwrites(self, course_id: CourseId, told: tree.Overwritten) -> Overwrites:
        """Both values, and whose the other one is: nobody has to guess."""
        doer = await store.doer(self._db, course_id=course_id, rev=told.touch.rev)
        theirs = getattr(told.node, told.field)
        return Overwrites(
            more={
                "id": str(told.node.id),
                "field": told.field,
                "yours": told.yours,
                "theirs": str(theirs) if isinstance(theirs, UUID) else theirs,
                "by": doer[0] if doer else "",
                "at": doer[1].isoformat() if doer else None,
                "rev": told.touch.rev,
            }
        )

    async def _again(self, tx: Db, course_id: CourseId, op: store.Op, client: str) -> Done:
        """What this op did was told before; its nodes as they are now."""
        ids, _ = tree.named(op.steps)
        nodes, _ = await store.some(tx, course_id=course_id, ids=ids, rows=(), op_id=op.op_id)
        return Done(
            course_id=course_id,
            rev=op.rev,
            op_id=op.op_id,
            client=client,
            by=op.actor_id or UserId(UUID(int=0)),
            nodes=[node for node in nodes if node.id in ids],
            media=await self._media(nodes),
            rebased=False,
            at=op.at,
        )

    async def _told(self, done: Done) -> Done:
        told = replace(done, media=await self._media(done.nodes))
        for tell in self.on_done:
            await tell(told)
        return told

    async def _require_fit(self, actor: Actor, course_id: CourseId, steps: Iterable[Step]) -> None:
        """What is placed can be seen by who places it, and leads to the web alone."""
        for step in steps:
            if isinstance(step, Added):
                await self._require_whole(actor, course_id, step)
            elif isinstance(step, FieldSet):
                await self._require_value(actor, step)

    async def _require_whole(self, actor: Actor, course_id: CourseId, step: Added) -> None:
        shows = {
            "media": step.media_id,
            "class": step.class_id,
            "recording": step.recording_id,
        }
        if shows.get(step.kind, step.kind) is None or not step.title.strip():
            raise Incomplete
        if step.kind == "link":
            checked_link(step.link)
        if step.media_id is not None:
            await self._shelf.get(actor, MediaId(step.media_id))
        if not await store.is_of(
            self._db,
            course_id=course_id,
            class_id=step.class_id,
            recording_id=step.recording_id,
        ):
            raise NotFound

    async def _require_value(self, actor: Actor, step: FieldSet) -> None:
        kinds = {"optional": bool}.get(step.field, str)
        if not isinstance(step.value, kinds):
            raise Incomplete(fields={step.field: Incomplete.title()})
        if step.field == "title" and not 0 < len(str(step.value).strip()) <= _LONGEST_TITLE:
            raise Incomplete(fields={"title": "Give it a name of at most 200 characters."})
        if step.field == "body" and len(str(step.value)) > _LONGEST_BODY:
            raise Incomplete(fields={"body": "This is too long for one page."})
        if step.field == "link":
            checked_link(str(step.value))
        if step.field == "media_id":
            await self._shelf.get(actor, _media_id(step.value))

    async def _media(self, nodes: Iterable[Node]) -> dict[UUID, Media]:
        wanted = {node.media_id for node in nodes if node.media_id is not None}
        return await self._shelf.by_ids(wanted) if wanted else {}

    # --- publications -----------------------------------------------------------------------
    async def publish(self, actor: Actor, course_id: CourseId) -> Draft:
        """Students read what is there now, until this is done again."""
        await self._gate.taught(actor, course_id)
        async with self._db.transaction() as tx:
            rev = await store.lock(tx, course_id=course_id)
            shown = tree.shown(await store.nodes(tx, course_id=course_id))
            await store.publish(
                tx,
                course_id=course_id,
                rev=rev,
                chapters=[
                    {"chapter": _plain(one), "items": list(map(_plain, items))}
                    for one, items in shown
                ],
                media=[item.media_id for _, items in shown for item in items if item.media_id],
                by_id=actor.require_user(),
                at=self._clock.now(),
            )
            await self._audit.record(
                tx, actor, action="outline_published", noun="course", target_id=course_id
            )
        return await self.draft(actor, course_id)

    async def published(
        self, actor: Actor, course_id: CourseId
    ) -> tuple[int, list[tuple[Node, list[Node]]], dict[UUID, Media]]:
        """What students read."""
        await self._gate.inside(actor, course_id)
        found = await store.published(self._db, course_id=course_id)
        if found is None:
            raise NothingPublished
        chapters = [
            (_read(one["chapter"]), [_read(item) for item in one["items"]])
            for one in msgspec.json.decode(found.chapters)
        ]
        everything = [item for _, items in chapters for item in items]
        return found.rev, chapters, await self._media(everything)

    async def edited(self, actor: Actor) -> list[CourseId]:
        """The courses that somebody teaches."""
        return await store.taught_by(self._db, user_id=actor.require_user())

    async def reads(self, actor: Actor, media_id: MediaId) -> bool:
        """Whether somebody may see this because a course shows it to them."""
        for course_id in await store.courses_that_show(self._db, media_id=media_id):
            try:
                await self._gate.inside(actor, course_id)
            except NotFound:
                continue
            return True
        return False


def _there(found: T | None) -> T:
    if found is None:
        raise NotFound
    return found


def _media_id(value: tree.Value) -> MediaId:
    try:
        return MediaId(UUID(str(value)))
    except ValueError:
        raise NotFound from None


def _places(before: dict[UUID, Node], changed: Iterable[Node]) -> dict[UUID, int]:
    """By how many places more each item of the library stands in this outline."""
    counts: dict[UUID, int] = {}
    for node in changed:
        old = before.get(node.id)
        if old is not None and old.media_id is not None and not old.deleted:
            counts[old.media_id] = counts.get(old.media_id, 0) - 1
        if node.media_id is not None and not node.deleted:
            counts[node.media_id] = counts.get(node.media_id, 0) + 1
    return counts


def _plain(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "title": node.title,
        "parent": node.parent,
        "rank": node.rank,
        "body": node.body,
        "link": node.link,
        "optional": node.optional,
        "media_id": node.media_id,
        "class_id": node.class_id,
        "recording_id": node.recording_id,
    }


def _read(plain: dict[str, Any]) -> Node:
    return msgspec.convert({**plain, "deleted": False, "touched": {}}, Node)
