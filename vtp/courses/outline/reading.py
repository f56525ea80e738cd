"""The outline as it is learned from: what is published, how far somebody is, what is next."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from uuid import UUID

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.courses import rights
from vtp.courses.outline import markdown, progress, tree
from vtp.courses.outline.problems import NothingPublished
from vtp.courses.outline.progress import Facts, Item, Way
from vtp.courses.outline.service import Outlines
from vtp.courses.outline.tree import Node
from vtp.courses.port import Learning
from vtp.courses.service.gate import Gate
from vtp.courses.service.timetable import Timetable
from vtp.errors import NotFound
from vtp.ids import CourseId, RecordingId
from vtp.library.model import Media

_PAGES_KEPT = 200


class Reader:
    def __init__(
        self,
        *,
        clock: Clock,
        gate: Gate,
        outlines: Outlines,
        timetable: Timetable,
        learning: Learning,
    ) -> None:
        self._clock = clock
        self._gate = gate
        self._outlines = outlines
        self._timetable = timetable
        self._learning = learning
        self._drawn: OrderedDict[str, str] = OrderedDict()

    async def way(self, actor: Actor, course_id: CourseId, *, preview: bool = False) -> Way:
        """What is published; with `preview`, for the staff, what would be."""
        chapters, media = await self._chapters(actor, course_id, preview=preview)
        nodes = [node for _, items in chapters for node in items]
        classes = await self._timetable.these(
            actor, course_id, [node.class_id for node in nodes if node.class_id]
        )
        filmed = [node.recording_id for node in nodes if node.recording_id]
        filmed += [one for planned in classes.values() for one in planned.recordings]
        now = self._clock.now()
        began = [one.id for one in classes.values() if one.starts_at <= now]
        return progress.way(
            chapters,
            Facts(
                now=now,
                media=media,
                classes=classes,
                films=await self._learning.filmed(actor, [RecordingId(one) for one in filmed]),
                played=await self._learning.played(actor, list(media.values())),
                opened=await self._learning.opened(actor, course_id),
                attended=await self._learning.attended(actor, began),
            ),
        )

    async def way_or_none(self, actor: Actor, course_id: CourseId) -> Way | None:
        """None where nothing is published."""
        try:
            return await self.way(actor, course_id)
        except NothingPublished:
            return None

    async def _chapters(
        self, actor: Actor, course_id: CourseId, *, preview: bool
    ) -> tuple[list[tuple[Node, list[Node]]], dict[UUID, Media]]:
        if preview:
            draft = await self._outlines.draft(actor, course_id)
            return tree.shown(draft.nodes), draft.media
        _, chapters, media = await self._outlines.published(actor, course_id)
        return chapters, media

    async def open(
        self, actor: Actor, course_id: CourseId, item_id: UUID, *, preview: bool = False
    ) -> tuple[Way, Item]:
        """One item and all around it. Students have opened it by that."""
        way = await self.way(actor, course_id, preview=preview)
        item = _found(way, item_id)
        if item.state in {"done", "later", "over"} or not await self._learns(actor, course_id):
            return way, item
        done = progress.done_by_opening(item)
        if item.node.kind == "media" or done:
            await self._learning.note(actor, course_id, item_id, done=done)
            way = await self.way(actor, course_id)
        return way, _found(way, item_id)

    async def mark(self, actor: Actor, course_id: CourseId, item_id: UUID, *, done: bool) -> None:
        """Somebody says of themselves that they are done with it, or are not after all."""
        item = _found(await self.way(actor, course_id), item_id)
        if not progress.by_hand(item) or not await self._learns(actor, course_id):
            raise NotFound
        await self._learning.note(actor, course_id, item_id, done=done)

    async def _learns(self, actor: Actor, course_id: CourseId) -> bool:
        return not rights.is_staff((await self._gate.inside(actor, course_id)).role)

    async def drawn(self, text: str) -> str:
        """A page as HTML. The loop goes on between its pieces."""
        if (known := self._drawn.get(text)) is not None:
            self._drawn.move_to_end(text)
            return known
        made, top = [], markdown.top(text)
        for piece in markdown.pieces(text):
            made.append(markdown.html(piece, top=top))
            await asyncio.sleep(0)
        self._drawn[text] = whole = "\n".join(made)
        while len(self._drawn) > _PAGES_KEPT:
            self._drawn.popitem(last=False)
        return whole


def _found(way: Way, item_id: UUID) -> Item:
    for item in way.items:
        if item.node.id == item_id:
            return item
    raise NotFound
