"""What of outlines goes in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from vtp.courses.outline import tree
from vtp.courses.outline.model import Done, Draft
from vtp.courses.outline.tree import Node, NodeKind, Step
from vtp.ids import CourseId, UserId
from vtp.library.api.shapes import file_path, poster_path
from vtp.library.kinds import Kind, State
from vtp.library.model import Media

_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"

Client = Annotated[
    str,
    Meta(
        max_length=64,
        description="Names one window of a browser: what it changed itself is no conflict there.",
        examples=["7f3a"],
    ),
]


class OpIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Steps that are done together or not at all, and undone together."""

    op_id: Annotated[UUID, Meta(description="Made by you: sent twice, it is done once.")]
    base: Annotated[int, Meta(ge=0, description="The revision that you saw.", examples=[41])]
    client: Client = ""
    steps: Annotated[list[Step], Meta(min_length=1, max_length=200)]


class UndoIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    op_id: UUID
    client: Client = ""


class MediaBrief(Struct, frozen=True, kw_only=True):
    """What an item of the library shows in an outline."""

    id: UUID
    kind: Kind
    title: str
    state: State
    reason: str
    seconds: float | None
    bytes: int
    content_type: str
    link: str
    file: str | None
    poster: str | None
    deleted: bool


class NodeView(Struct, frozen=True, kw_only=True):
    id: Annotated[UUID, Meta(examples=[_ID])]
    kind: Annotated[NodeKind, Meta(examples=["media"])]
    title: Annotated[str, Meta(examples=["When there are no roots"])]
    parent: Annotated[UUID | None, Meta(description="Its chapter.")]
    rank: Annotated[str, Meta(description="Sorts it, by bytes.", examples=["UUV"])]
    body: str
    link: str
    optional: bool
    media: MediaBrief | None
    class_id: UUID | None
    recording_id: UUID | None
    deleted: bool


class DraftView(Struct, frozen=True, kw_only=True):
    course_id: CourseId
    rev: int
    published_rev: int | None
    unpublished: Annotated[int, Meta(description="Changes that students do not see yet.")]
    nodes: list[NodeView]


class DoneView(Struct, frozen=True, kw_only=True):
    """What a change did. A gap in `rev` says that you missed one: ask for the draft."""

    course_id: CourseId
    rev: int
    op_id: UUID
    client: str
    by: UserId
    at: datetime
    rebased: Annotated[bool, Meta(description="What it was to stand behind is elsewhere now.")]
    nodes: list[NodeView]


class ChapterView(Struct, frozen=True, kw_only=True):
    chapter: NodeView
    items: list[NodeView]


class OutlineView(Struct, frozen=True, kw_only=True):
    rev: int
    chapters: list[ChapterView]


def media_brief(media: Media | None) -> MediaBrief | None:
    if media is None:
        return None
    return MediaBrief(
        id=media.id,
        kind=media.kind,
        title=media.title,
        state=media.state,
        reason=media.reason,
        seconds=media.seconds,
        bytes=media.bytes,
        content_type=media.content_type,
        link=media.link,
        file=file_path(media),
        poster=poster_path(media),
        deleted=media.deleted_at is not None,
    )


def node_view(node: Node, media: dict[UUID, Media]) -> NodeView:
    return NodeView(
        id=node.id,
        kind=node.kind,
        title=node.title,
        parent=node.parent,
        rank=node.rank,
        body=node.body,
        link=node.link,
        optional=node.optional,
        media=media_brief(media.get(node.media_id)) if node.media_id else None,
        class_id=node.class_id,
        recording_id=node.recording_id,
        deleted=node.deleted,
    )


def draft_view(draft: Draft) -> DraftView:
    return DraftView(
        course_id=draft.course_id,
        rev=draft.rev,
        published_rev=draft.published_rev,
        unpublished=draft.unpublished,
        nodes=[node_view(node, draft.media) for node in tree.ordered(draft.nodes)],
    )


def done_view(done: Done) -> DoneView:
    return DoneView(
        course_id=done.course_id,
        rev=done.rev,
        op_id=done.op_id,
        client=done.client,
        by=done.by,
        at=done.at,
        rebased=done.rebased,
        nodes=[node_view(node, done.media) for node in done.nodes],
    )


def outline_view(
    rev: int, chapters: list[tuple[Node, list[Node]]], media: dict[UUID, Media]
) -> OutlineView:
    return OutlineView(
        rev=rev,
        chapters=[
            ChapterView(
                chapter=node_view(chapter, media), items=[node_view(one, media) for one in items]
            )
            for chapter, items in chapters
        ],
    )
