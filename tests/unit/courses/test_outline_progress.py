"""How far somebody is in an outline, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from vtp.courses.model import ClassSession
from vtp.courses.outline.progress import Facts, Item, Way, by_hand, done_by_opening, way
from vtp.courses.outline.tree import Node, NodeKind
from vtp.courses.port import Filmed, Played
from vtp.ids import ClassId, CourseId, MediaId, RecordingId, RoomId, SectionId, UserId, uuid7
from vtp.library.kinds import Kind
from vtp.library.model import Media

NOW = datetime(2026, 3, 12, 18, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def node(kind: NodeKind, **more: Any) -> Node:
    return Node(id=uuid7(), kind=kind, title=kind, parent=None, rank="U", **more)


def a_class(starts: datetime, **more: Any) -> ClassSession:
    return ClassSession(
        id=ClassId(uuid7()),
        course_id=CourseId(uuid7()),
        section_id=SectionId(uuid7()),
        title="Roots",
        room_id=RoomId(uuid7()),
        time_zone="UTC",
        starts_at=starts,
        ends_at=starts + HOUR,
        **more,
    )


def film(seen: float = 0.0, *, done: bool = False, live: bool = False) -> Filmed:
    return Filmed(
        id=RecordingId(uuid7()),
        title="Class",
        seconds=100,
        live=live,
        ready=not live,
        seen=seen,
        done=done,
    )


def media(kind: Kind, **more: Any) -> Media:
    return Media(
        id=MediaId(uuid7()),
        owner_id=UserId(uuid7()),
        owner_name="Ines",
        course_id=None,
        kind=kind,
        title=kind,
        description="",
        tags=(),
        visibility="private",
        state="ready",
        reason="",
        file_name="a",
        content_type="",
        bytes=1,
        sha256=None,
        link="",
        seconds=None,
        width=None,
        height=None,
        facts={},
        poster_id=None,
        views=0,
        uses=0,
        created_at=NOW,
        changed_at=NOW,
        deleted_at=None,
        **more,
    )


def on_the_way(*nodes: Node, **facts: Any) -> Way:
    return way([(node("chapter"), nodes)], Facts(now=NOW, **facts))


def only(found: Way) -> Item:
    (item,) = found.items
    return item


def of_class(planned: ClassSession, *films: Filmed, attended: bool = False) -> Item:
    return only(
        on_the_way(
            node("class", class_id=planned.id),
            classes={planned.id: planned},
            films={one.id: one for one in films},
            attended={planned.id} if attended else (),
        )
    )


@pytest.mark.parametrize(
    ("starts", "state"),
    [
        (NOW + HOUR, "later"),
        (NOW + timedelta(minutes=10), "live"),
        (NOW - timedelta(minutes=10), "live"),
        (NOW - 2 * HOUR, "over"),
    ],
)
def test_a_class_comes_is_open_and_is_over(starts: datetime, state: str) -> None:
    assert of_class(a_class(starts)).state == state


def test_a_class_is_done_by_being_there_or_by_watching_all_of_it() -> None:
    films = film(100, done=True), film(50)
    past = a_class(NOW - 2 * HOUR, recordings=tuple(one.id for one in films))
    assert of_class(past, attended=True).state == "done"
    half = of_class(past, *films)
    assert (half.state, half.share) == ("started", 0.75)
    assert of_class(past, films[0]).state == "done"
    assert of_class(replace(past, recordings=()), *films).state == "over"


def test_a_cancelled_class_asks_nothing_of_anybody() -> None:
    item = of_class(a_class(NOW, cancelled="ill"))
    assert (item.state, item.counts) == ("over", False)


def test_what_is_not_for_somebody_is_not_on_their_way() -> None:
    """A class of another section, a recording they may not see, a file that was deleted."""
    gone = media("image")
    found = on_the_way(
        node("class", class_id=uuid7()),
        node("recording", recording_id=uuid7()),
        node("media", media_id=uuid7()),
        node("media", media_id=gone.id),
        media={gone.id: replace(gone, deleted_at=NOW)},
    )
    assert (found.items, found.total, found.next) == ([], 0, None)


def test_a_recording_is_begun_done_or_goes_on() -> None:
    def of(one: Filmed) -> Item:
        return only(on_the_way(node("recording", recording_id=one.id), films={one.id: one}))

    assert [of(one).state for one in (film(), film(30), film(95, done=True), film(live=True))] == [
        "todo",
        "started",
        "done",
        "live",
    ]
    assert of(film(30)).share == 0.3


def test_what_is_read_is_done_by_opening_it_and_a_video_by_saying_so() -> None:
    kinds: list[Kind] = ["image", "document", "file", "link", "video", "audio"]
    items = []
    for kind in kinds:
        one = media(kind)
        items.append(only(on_the_way(node("media", media_id=one.id), media={one.id: one})))
    assert [done_by_opening(one) for one in items] == [True, True, True, True, None, None]
    assert [by_hand(one) for one in items] == [False, False, False, False, True, True]
    page = only(on_the_way(node("page")))
    assert (done_by_opening(page), by_hand(page)) == (True, False)
    assert done_by_opening(of_class(a_class(NOW))) is None


def test_a_video_says_by_itself_how_far_it_was_watched() -> None:
    one = media("video")
    it = node("media", media_id=one.id)

    def played(share: float, *, done: bool = False, opened: bool | None = None) -> Item:
        return only(
            on_the_way(
                it,
                media={one.id: one},
                played={one.id: Played(share=share, done=done)},
                opened={} if opened is None else {it.id: opened},
            )
        )

    begun = played(0.4)
    assert (begun.state, begun.share, by_hand(begun)) == ("started", 0.4, True)
    assert played(0.0).state == "todo"
    assert played(0.4, opened=True).state == "done"
    # Nobody has to say what is known, nor can they deny it.
    watched = played(0.95, done=True, opened=False)
    assert (watched.state, by_hand(watched)) == ("done", False)


def test_the_count_is_of_what_is_asked_and_the_next_is_the_first_that_is_left() -> None:
    read, begun, extra, left = (node("page", optional=n == 2) for n in range(4))
    opened: dict[UUID, bool] = {read.id: True, begun.id: False}
    found = on_the_way(extra, read, begun, left, opened=opened)
    assert (found.done, found.total) == (1, 3)
    assert found.next is not None
    assert found.next.node == begun
    rest = {one.id: True for one in (read, begun, left)}
    last = on_the_way(extra, read, begun, left, opened=rest).next
    assert last is not None
    assert last.node == extra


def test_the_open_class_comes_first() -> None:
    planned = a_class(NOW)
    found = on_the_way(
        node("page"),
        node("class", class_id=planned.id),
        classes={planned.id: planned},
    )
    assert found.next is not None
    assert found.next.planned == planned
    assert [(one.done, one.total) for one in found.chapters] == [(0, 2)]
