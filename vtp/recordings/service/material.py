"""A recording as those see it who make something of it: what its journal tells, as stretches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vtp.media.manifests.shapes import LONGEST, Rendition
from vtp.media.manifests.table import MADE, Table, of_ended
from vtp.media.pack.previews import Voice
from vtp.media.pack.stretch import Stretch
from vtp.media.recorder import journal
from vtp.media.recorder.journal import PartStory
from vtp.media.recorder.samples import WEB

_MIX = "mix"
# s that may be missing of what was made of a picture while it came: players step over it.
_MISSING = 0.3
# EBML of a cluster: what stands before the first one is the head of a WebM file.
_CLUSTER = b"\x1f\x43\xb6\x75"
_MOST_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of a class from its begin to its end: the stage, or the screen."""

    stretches: tuple[Stretch, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Unplayable:
    """A picture that no browser plays, and what was made of it that has holes."""

    part: PartStory
    replaces: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    folder: Path
    seconds: float
    views: Mapping[str, View]
    voices: tuple[Voice, ...]  # of all together where they were mixed, and of each
    mix: Mapping[str, tuple[Stretch, ...]]  # by codec: "opus", "aac"
    unplayable: tuple[Unplayable, ...]  # of which nothing whole was made
    paths: Mapping[str, Path]  # by the names that stretches call files by
    people: Mapping[str, str]  # likewise: which participant each is of
    next_part: int

    def used(self, *groups: tuple[Stretch, ...]) -> dict[str, Path]:
        names = {one.file for group in groups for one in group if one.file}
        return {name: self.paths[name] for name in names}


def read(folder: Path) -> Material:
    """Blocking."""
    lines = _lines(folder)
    story = journal.Story()
    for one in lines:
        story.add(one)
    table = of_ended(lines)
    parts = {
        str(number): part
        for number, part in story.parts.items()
        if part.fragments and number not in story.replaced
    }
    return Material(
        folder=folder,
        seconds=max(story.seconds if story.seconds <= LONGEST else 0.0, table.now),
        views=_views(table),
        voices=tuple(_voice(name, part) for name, part in parts.items() if _audible(part)),
        mix={
            name: _sound(rendition)
            for name, rendition in table.renditions().items()
            if name in {"opus", "aac"}
        },
        unplayable=tuple(_unplayable(parts.values())),
        paths={name: folder / part.began.file for name, part in parts.items()},
        people={name: part.began.participant for name, part in parts.items()},
        next_part=max(story.parts, default=0) + 1,
    )


def _lines(folder: Path) -> list[journal.AnyLine]:
    """What is torn, or tells of a part that no line began, counts for nothing."""
    found: list[journal.AnyLine] = []
    known: set[int] = set()
    for text in (folder / journal.NAME).read_bytes().split(b"\n"):
        line = journal.line(text)
        if line is None:
            continue
        if isinstance(line, journal.PartBegan):
            known.add(line.part)
        if getattr(line, "part", None) in {None, *known}:
            found.append(line)
    return found


def _views(table: Table) -> dict[str, View]:
    found = {}
    for name in ("stage", "screen"):
        rendition = table.renditions().get(name)
        if rendition is not None and rendition.real:
            largest = rendition.largest
            found[name] = View(_stretches(rendition), largest.width, largest.height)
    return found


def _stretches(rendition: Rendition) -> tuple[Stretch, ...]:
    made = []
    for one in rendition.segments:
        source = rendition.sources[one.source]
        if source.filler:
            made.append(Stretch(file="", start=one.start, until=one.until))
            continue
        made.append(
            Stretch(
                file=one.source,
                header=source.header,
                first=one.first,
                end=one.end,
                start=one.start,
                until=one.until,
                key=one.key,
            )
        )
    return tuple(made)


def _sound(rendition: Rendition) -> tuple[Stretch, ...]:
    return tuple(one for one in _stretches(rendition) if one.file)


def _audible(part: PartStory) -> bool:
    told = part.began
    if told.source == _MIX:
        return told.codec == "opus"
    return told.mime.startswith("audio/")


def _voice(name: str, part: PartStory) -> Voice:
    who = "" if part.began.source == _MIX else part.began.participant
    return Voice(who=who, stretch=whole(name, part))


def whole(name: str, part: PartStory) -> Stretch:
    last = part.fragments[-1]
    return Stretch(
        file=name,
        header=part.header,
        first=part.header,
        end=last.offset + last.size,
        start=part.start,
        until=part.end,
    )


def _unplayable(parts: Iterable[PartStory]) -> Iterator[Unplayable]:
    """Whoever made pictures while they came may have been killed, or not have kept up."""
    every = list(parts)
    of = {one.began.part: _original(one, every) for one in every if one.began.track.endswith(MADE)}
    for one in every:
        if one.began.codec not in WEB:
            continue
        made = [it for it in every if of.get(it.began.part) is one]
        if _misses(one, made):
            yield Unplayable(one, tuple(it.began.part for it in made))


def _original(made: PartStory, parts: Iterable[PartStory]) -> PartStory | None:
    """What this was made of: the newest of its track that had begun by then."""
    track = made.began.track.removesuffix(MADE)
    before = [
        one
        for one in parts
        if one.began.codec in WEB and one.began.track == track and one.start <= made.start + 0.05
    ]
    return max(before, key=lambda one: one.start, default=None)


def _misses(part: PartStory, made: Iterable[PartStory]) -> bool:
    """Whether there is a hole in what was made of it."""
    reached = part.start
    for start, until in sorted(span for one in made for span in _spans(one)):
        if start > reached + _MISSING:
            return True
        reached = max(reached, until)
    return reached < part.end - _MISSING


def _spans(part: PartStory) -> Iterator[tuple[float, float]]:
    scale = part.began.timescale
    for one in part.fragments:
        yield one.time / scale, (one.time + one.duration) / scale


def web_stretches(folder: Path, part: PartStory) -> tuple[Stretch, ...]:
    """Of a WebM, from key frame to key frame. Blocking."""
    name, scale = str(part.began.part), part.began.timescale
    with (folder / part.began.file).open("rb") as file:
        header = file.read(_MOST_HEAD).find(_CLUSTER)
    if header < 0:
        return ()
    groups: list[list[journal.Grown]] = []
    for one in part.fragments:
        if one.key or not groups:
            groups.append([])
        groups[-1].append(one)
    return tuple(
        Stretch(
            file=name,
            header=header,
            first=max(each[0].offset, header),
            end=each[-1].offset + each[-1].size,
            start=each[0].time / scale,
            until=(each[-1].time + each[-1].duration) / scale,
        )
        for each in groups
    )
