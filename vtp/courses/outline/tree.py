"""An outline as a value, and what changing it by intent does to it. Pure.

A step says what somebody meant ("this after that"); where it lands is decided here, by the outline
as it is then. Each step has its inverse, which undoes it in an outline that others changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from vtp.courses.outline import ranks

NodeKind = Literal["chapter", "class", "recording", "media", "page", "link"]
Field = Literal["title", "body", "link", "optional", "media_id"]
Value = str | bool | None


Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Added(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="add"):
    """A new node behind `after`, or first."""

    id: UUID
    kind: NodeKind
    title: Title
    parent: UUID | None = None
    after: UUID | None = None
    # Where it stands at the end, whatever else does.
    last: bool = False
    body: Annotated[str, msgspec.Meta(max_length=100_000)] = ""
    link: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    optional: bool = False
    media_id: UUID | None = None
    class_id: UUID | None = None
    recording_id: UUID | None = None


class Moved(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="move"):
    id: UUID
    parent: UUID | None = None
    after: UUID | None = None
    last: bool = False


class FieldSet(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="set"):
    id: UUID
    field: Field
    value: Value


class Deleted(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="delete"):
    id: UUID


class Restored(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="restore"):
    id: UUID


Step = Added | Moved | FieldSet | Deleted | Restored


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """Who changed a field last, and with which revision."""

    rev: int
    # One window of a browser: what it did itself surprises nobody there.
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    id: UUID
    kind: NodeKind
    title: str
    parent: UUID | None
    rank: str
    body: str = ""
    link: str = ""
    optional: bool = False
    media_id: UUID | None = None
    class_id: UUID | None = None
    recording_id: UUID | None = None
    deleted: bool = False
    touched: Mapping[str, Touch] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overwritten(Exception):  # it is a verdict for the service, which names it
    """Somebody else changed this field since it was looked at."""

    node: Node
    field: Field
    yours: Value
    touch: Touch


@dataclass(frozen=True, slots=True)
class Missing(Exception):
    """There is no such node any more, or there never was."""

    id: UUID
    deleted: bool


class Misfit(Exception):
    """It cannot stand there: chapters hold the rest, and nothing else holds anything."""


@dataclass(slots=True)
class Change:
    """An outline while it is changed: give it what the steps name, and ask for what came of it."""

    nodes: dict[UUID, Node]
    rev: int  # that these steps will make
    base: int  # that their author has seen
    client: str
    changed: set[UUID] = field(default_factory=set)
    # Whether something did not land where it was meant to, because that was gone.
    rebased: bool = False

    def apply(self, steps: Sequence[Step]) -> list[Step]:
        """Do them all; what undoes them, in the order in which it has to be done."""
        inverse: list[Step] = []
        for step in steps:
            inverse[:0] = self._do(step)
        return inverse

    def _do(self, step: Step) -> list[Step]:
        match step:
            case Added():
                return self._add(step)
            case Moved():
                return self._move(step)
            case FieldSet():
                return self._set(step)
            case Deleted():
                return self._mark(step.id, deleted=True)
            case Restored():
                return self._mark(step.id, deleted=False)

    def _add(self, step: Added) -> list[Step]:
        if step.id in self.nodes:
            raise Misfit
        self._require_place(step.kind, step.parent)
        given: dict[str, Any] = {
            name: getattr(step, name)
            for name in (
                *("id", "kind", "title", "parent", "body", "link", "optional"),
                *("media_id", "class_id", "recording_id"),
            )
        }
        rank = self._rank(step.parent, step.after, last=step.last, but=None)
        self._put(Node(rank=rank, **given))
        return [Deleted(id=step.id)]

    def _move(self, step: Moved) -> list[Step]:
        node = self._there(step.id)
        self._require_place(node.kind, step.parent)
        if step.after == node.id:
            return []
        back = Moved(id=node.id, parent=node.parent, after=self._before(node))
        rank = self._rank(step.parent, step.after, last=step.last, but=node.id)
        self._put(replace(node, parent=step.parent, rank=rank))
        return [back]

    def _set(self, step: FieldSet) -> list[Step]:
        node = self._there(step.id)
        found: Any = getattr(node, step.field)
        now: Value = str(found) if isinstance(found, UUID) else found
        if now == step.value:
            return []
        touch = node.touched.get(step.field)
        if touch and touch.rev > self.base and touch.client != self.client:
            raise Overwritten(node, step.field, step.value, touch)
        value: Any = step.value
        if step.field == "media_id" and isinstance(value, str):
            value = UUID(value)
        new: dict[str, Any] = {
            step.field: value,
            "touched": {**node.touched, step.field: Touch(rev=self.rev, client=self.client)},
        }
        self._put(replace(node, **new))
        return [FieldSet(id=node.id, field=step.field, value=now)]

    def _mark(self, id: UUID, *, deleted: bool) -> list[Step]:
        node = self.nodes.get(id)
        if node is None:
            raise Missing(id, deleted=False)
        if node.deleted == deleted:
            return []
        self._put(replace(node, deleted=deleted))
        return [Restored(id=id) if deleted else Deleted(id=id)]

    def _there(self, id: UUID) -> Node:
        node = self.nodes.get(id)
        if node is None or node.deleted:
            raise Missing(id, deleted=node is not None)
        return node

    def _require_place(self, kind: NodeKind, parent: UUID | None) -> None:
        if (kind == "chapter") != (parent is None):
            raise Misfit
        if parent is not None and self._there(parent).kind != "chapter":
            raise Misfit

    def _put(self, node: Node) -> None:
        self.nodes[node.id] = node
        self.changed.add(node.id)

    # --- order ------------------------------------------------------------------------------
    def _row(self, parent: UUID | None, but: UUID | None) -> list[Node]:
        """Also what was deleted: it keeps its place, so others find theirs by it."""
        return ordered(n for n in self.nodes.values() if n.parent == parent and n.id != but)

    def _before(self, node: Node) -> UUID | None:
        place = _place(node)
        others = (n for n in self.nodes.values() if n.parent == node.parent and _place(n) < place)
        before = max(others, key=_place, default=None)
        return before.id if before else None

    def _rank(
        self, parent: UUID | None, after: UUID | None, *, last: bool, but: UUID | None
    ) -> str:
        row = self._row(parent, but)
        at = self._index(row, after, last=last)
        before = row[at - 1].rank if at else None
        behind = row[at].rank if at < len(row) else None
        rank = ranks.between(before, behind)
        if len(rank) <= ranks.LONGEST:
            return rank
        fresh = ranks.spread(len(row) + 1)
        for node, wide in zip(row, fresh[:at] + fresh[at + 1 :], strict=True):
            self._put(replace(node, rank=wide))
        return fresh[at]

    def _index(self, row: Sequence[Node], after: UUID | None, *, last: bool) -> int:
        """Behind `after`; at the end where that stands in another chapter now."""
        if last:
            return len(row)
        if after is None:
            return 0
        for at, node in enumerate(row):
            if node.id == after:
                return at + 1
        self.rebased = True
        return len(row)


def _place(node: Node) -> tuple[str, UUID]:
    return node.rank, node.id


def ordered(nodes: Iterable[Node]) -> list[Node]:
    return sorted(nodes, key=_place)


def shown(nodes: Iterable[Node]) -> list[tuple[Node, list[Node]]]:
    """The chapters in their order, each with what stands in it; without what was deleted."""
    there = [node for node in nodes if not node.deleted]
    chapters = ordered(node for node in there if node.kind == "chapter")
    inside: dict[UUID | None, list[Node]] = {chapter.id: [] for chapter in chapters}
    for node in ordered(node for node in there if node.kind != "chapter"):
        if node.parent in inside:
            inside[node.parent].append(node)
    return [(chapter, inside[chapter.id]) for chapter in chapters]


def named(steps: Iterable[Step]) -> tuple[set[UUID], set[UUID | None]]:
    """Which nodes these steps name, and in which rows they work."""
    ids: set[UUID] = set()
    rows: set[UUID | None] = set()
    for step in steps:
        ids.add(step.id)
        if isinstance(step, Added | Moved):
            rows.add(step.parent)
            ids |= {one for one in (step.parent, step.after) if one is not None}
    return ids, rows
