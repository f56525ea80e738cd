"""How far somebody is with each item of an outline, and what comes next. All facts come in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from vtp.courses.model import ClassSession
from vtp.courses.outline.tree import Node
from vtp.courses.port import Filmed, Played
from vtp.courses.service.doors import OPENS_BEFORE
from vtp.ids import ClassId, RecordingId
from vtp.library.model import Media

# live: its room is open. later: it comes. over: it was, and nothing of it can be done any more.
State = Literal["done", "started", "todo", "live", "later", "over"]
# What is read or looked at is done when it was opened; the rest says so by itself or by a button.
_AT_ONCE = frozenset({"image", "document", "file", "link"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of what an outline shows, to the one who asks."""

    now: datetime
    media: Mapping[UUID, Media] = field(default_factory=dict)
    classes: Mapping[UUID, ClassSession] = field(default_factory=dict)
    films: Mapping[RecordingId, Filmed] = field(default_factory=dict)
    played: Mapping[UUID, Played] = field(default_factory=dict)
    opened: Mapping[UUID, bool] = field(default_factory=dict)
    attended: Collection[ClassId] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    node: Node
    state: State
    share: float = 0.0  # of what was begun to be watched
    media: Media | None = None
    planned: ClassSession | None = None
    films: tuple[Filmed, ...] = ()
    attended: bool = False
    watched: bool = False  # an uploaded video, and nearly all of it

    @property
    def counts(self) -> bool:
        return not self.node.optional and self.state != "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    node: Node
    items: tuple[Item, ...]

    @property
    def total(self) -> int:
        return sum(one.counts for one in self.items)

    @property
    def done(self) -> int:
        return sum(one.counts and one.state == "done" for one in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The whole outline, as far as it is for somebody."""

    chapters: tuple[Chapter, ...]

    @property
    def items(self) -> list[Item]:
        return [item for chapter in self.chapters for item in chapter.items]

    @property
    def total(self) -> int:
        return sum(one.total for one in self.chapters)

    @property
    def done(self) -> int:
        return sum(one.done for one in self.chapters)

    @property
    def next(self) -> Item | None:
        """The class that is open; else the first that is not done, before what is optional."""
        open_ = [one for one in self.items if one.state == "live"]
        left = [one for one in self.items if one.state in {"started", "todo"}]
        left.sort(key=lambda one: one.node.optional)
        return next(iter(open_ or left), None)


def way(chapters: Iterable[tuple[Node, Sequence[Node]]], facts: Facts) -> Way:
    return Way(
        chapters=tuple(
            Chapter(
                node=chapter,
                items=tuple(item for node in nodes if (item := _item(node, facts)) is not None),
            )
            for chapter, nodes in chapters
        )
    )


def done_by_opening(item: Item) -> bool | None:
    """Whether opening it is all there is to do; None where something else tells."""
    if item.node.kind in {"class", "recording"}:
        return None
    if item.media is not None and item.media.kind not in _AT_ONCE:
        return None
    return True


def by_hand(item: Item) -> bool:
    """Whether somebody says themselves that they are done."""
    return item.node.kind == "media" and done_by_opening(item) is None and not item.watched


def _item(node: Node, facts: Facts) -> Item | None:
    """None is what is not there for them: of another section, deleted, or not shown to them."""
    match node.kind:
        case "class":
            return _class(node, facts)
        case "recording":
            return _recording(node, facts)
        case "media":
            media = facts.media.get(node.media_id) if node.media_id else None
            if media is None or media.deleted_at is not None:
                return None
            return _media(node, media, facts)
        case _:
            return Item(node=node, state=_opened(node, facts))


def _media(node: Node, media: Media, facts: Facts) -> Item:
    state, played = _opened(node, facts), facts.played.get(media.id)
    if played is None:
        return Item(node=node, state=state, media=media)
    if played.done:
        return Item(node=node, state="done", share=1.0, media=media, watched=True)
    if played.share and state == "todo":
        state = "started"
    return Item(node=node, state=state, share=played.share, media=media)


def _opened(node: Node, facts: Facts) -> State:
    found = facts.opened.get(node.id)
    return "todo" if found is None else "done" if found else "started"


def _class(node: Node, facts: Facts) -> Item | None:
    planned = facts.classes.get(node.class_id) if node.class_id else None
    if planned is None:
        return None
    films = tuple(film for one in planned.recordings if (film := facts.films.get(RecordingId(one))))
    attended = planned.id in facts.attended
    state, share = _of_class(planned, films, attended=attended, now=facts.now)
    return Item(
        node=node, state=state, share=share, planned=planned, films=films, attended=attended
    )


def _of_class(
    planned: ClassSession, films: Sequence[Filmed], *, attended: bool, now: datetime
) -> tuple[State, float]:
    if planned.cancelled is not None:
        return "over", 0.0
    if now < planned.starts_at - OPENS_BEFORE:
        return "later", 0.0
    if now < planned.ends_at:
        return "live", 0.0
    if attended:
        return "done", 1.0
    return _of_films(films)


def _of_films(films: Sequence[Filmed]) -> tuple[State, float]:
    """Of a class that was recorded in pieces all have to be seen."""
    if not films:
        return "over", 0.0
    if all(film.done for film in films):
        return "done", 1.0
    length = sum(film.seconds for film in films)
    seen = sum(film.seconds if film.done else film.seen for film in films)
    return ("started", min(1.0, seen / length)) if seen and length else ("todo", 0.0)


def _recording(node: Node, facts: Facts) -> Item | None:
    film = facts.films.get(RecordingId(node.recording_id)) if node.recording_id else None
    if film is None:
        return None
    state, share = _of_films([film])
    return Item(node=node, state="live" if film.live else state, share=share, films=(film,))
