"""DASH: one MPD of a recording, also while it goes on (ISO/IEC 23009-1, DASH-IF IOP 5). Pure.

Each file has a head of its own, so a picture that changes its size or its sender begins another
period. A segment that lasts beyond the end of a period stands in both: players cut it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import pairwise

from vtp.media.manifests import wvtt
from vtp.media.manifests.hls import MARK
from vtp.media.manifests.rates import frames, peak
from vtp.media.manifests.shapes import Captions, Kind, Presentation, Rendition, Segment, Source

# s; how often players ask for more, and how far behind they stay: they know no pieces.
_UPDATE, _DELAY, _BUFFER = 2, 10, 4
_NEAR = 0.001  # s
_TEXT_BITS = 1_000  # a second, of what is said; nobody chooses by it
# Ticks a second: those of all files of a kind, so that a time is in no doubt.
SCALE: dict[Kind, int] = {"video": 90_000, "audio": 48_000}


def manifest(
    shown: Presentation, *, view: str = "stage", now: float = 0.0, paused: float = 0.0
) -> str:
    """`now` and what was `paused` so far are asked for while it goes on, in seconds."""
    pictures = [one for one in shown.pictures(view) if one.segments]
    sounds = shown.sounds
    starts = _starts(pictures, sounds)
    lines = ['<?xml version="1.0" encoding="utf-8"?>', _mpd(shown, starts[-1], now, paused)]
    for number, (start, until) in enumerate(pairwise(starts)):
        last = until == starts[-1]
        lasts = "" if last and not shown.ended else f' duration="{_time(until - start)}"'
        lines.append(f'<Period id="p{number}" start="{_time(start)}"{lasts}>')
        lines += _pictures(pictures, start, until)
        for at, sound in enumerate(sounds, 1):
            lines += _sound(sound, at, start, until)
        for at, one in enumerate(shown.captions, 1 + len(sounds)):
            lines += _captions(one, at, start, until)
        lines.append("</Period>")
    if not shown.ended:
        told = _date(now)
        lines.append(f'<UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="{told}"/>')
    return "\n".join([*lines, "</MPD>"]) + "\n"


def _mpd(shown: Presentation, seconds: float, now: float, paused: float) -> str:
    head = (
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"'
        f' profiles="urn:mpeg:dash:profile:full:2011" minBufferTime="{_time(_BUFFER)}"'
    )
    if shown.ended:
        return f'{head} type="static" mediaPresentationDuration="{_time(seconds)}">'
    # Pauses are no part of the recording: its time runs as if it had begun later.
    began = _date(shown.wall + paused)
    return (
        f'{head} type="dynamic" availabilityStartTime="{began}" publishTime="{_date(now)}"'
        f' minimumUpdatePeriod="{_time(_UPDATE)}" suggestedPresentationDelay="{_time(_DELAY)}">'
    )


def _starts(pictures: Sequence[Rendition], sounds: Sequence[Rendition]) -> list[float]:
    """Where periods begin, and where the last one ends."""
    found = {0.0}
    for one in [*pictures, *sounds]:
        found.update(b.start for a, b in pairwise(one.segments) if a.source != b.source)
    ends = [one.segments[-1].until for one in [*pictures, *sounds]]
    end = max(ends, default=0.0)
    starts: list[float] = []
    for at in sorted(one for one in found if one < end - _NEAR):
        if not starts or at > starts[-1] + _NEAR:
            starts.append(at)
    return [*(starts or [0.0]), end]


def _inside(one: Rendition, start: float, until: float) -> list[Segment]:
    return [it for it in one.segments if it.until > start + _NEAR and it.start < until - _NEAR]


def _pictures(pictures: Sequence[Rendition], start: float, until: float) -> Iterator[str]:
    told = [(one, segments) for one in pictures if (segments := _inside(one, start, until))]
    if not told:
        return
    keys = all(it.key for _, segments in told for it in segments)
    begins = ' startWithSAP="1"' if keys else ""
    yield f'<AdaptationSet id="0" contentType="video" mimeType="video/mp4"{begins}>'
    yield '<Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>'
    for one, segments in told:
        source = one.sources[segments[0].source]
        rate = "" if source.filler else f' frameRate="{_rate(frames(one))}"'
        size = f' width="{source.width}" height="{source.height}"'
        yield from _representation(one, source, segments, start, f"{size}{rate}")
    yield "</AdaptationSet>"


def _sound(one: Rendition, number: int, start: float, until: float) -> Iterator[str]:
    segments = _inside(one, start, until)
    if not segments:
        return
    source = one.sources[segments[0].source]
    yield (
        f'<AdaptationSet id="{number}" contentType="audio" mimeType="audio/mp4" startWithSAP="1">'
    )
    yield from _representation(one, source, segments, start, ' audioSamplingRate="48000"')
    yield "</AdaptationSet>"


def _captions(one: Captions, number: int, start: float, until: float) -> Iterator[str]:
    """In MP4, whose times players map to the period as those of all else."""
    first, end = round(start * wvtt.SCALE), round(until * wvtt.SCALE)
    label = "".join(letter for letter in one.label if letter >= " ")
    yield (
        f'<AdaptationSet id="{number}" contentType="text" mimeType="application/mp4"'
        f' lang="{one.language}" startWithSAP="1">'
    )
    yield f"<Label>{escape(label, quote=False)}</Label>"
    yield '<Role schemeIdUri="urn:mpeg:dash:role:2011" value="subtitle"/>'
    yield f'<Representation id="{one.name}" codecs="{wvtt.CODEC}" bandwidth="{_TEXT_BITS}">'
    yield (
        f'<SegmentTemplate timescale="{wvtt.SCALE}" presentationTimeOffset="{first}"'
        f' initialization="../media/{wvtt.HEAD}/init.mp4{MARK}"'
        f' media="{one.name}/{first}-{end}/$Time$.cmft{MARK}">'
    )
    yield f"<SegmentTimeline>{''.join(_runs(wvtt.cut(first, end)))}</SegmentTimeline>"
    yield "</SegmentTemplate></Representation>"
    yield "</AdaptationSet>"


def _representation(
    one: Rendition, source: Source, segments: Sequence[Segment], start: float, more: str
) -> Iterator[str]:
    yield (
        f'<Representation id="{one.name}" codecs="{one.codec}"'
        f' bandwidth="{max(1, peak(segments))}"{more}>'
    )
    scale = SCALE[one.kind]
    yield (
        f'<SegmentTemplate timescale="{scale}" presentationTimeOffset="{round(start * scale)}"'
        f' initialization="../media/{source.name}/init.mp4{MARK}"'
        f' media="{one.name}/$Time$.m4s{MARK}">'
    )
    yield f"<SegmentTimeline>{''.join(_timeline(segments, scale))}</SegmentTimeline>"
    yield "</SegmentTemplate></Representation>"


def at(one: Rendition, time: int) -> Segment | None:
    """The segment that begins at this time, in ticks of the manifest."""
    scale = SCALE[one.kind]
    near = bisect_left(one.segments, time / scale - _NEAR, key=lambda it: it.start)
    found = next((it for it in one.segments[near : near + 2] if it.start * scale >= time - 1), None)
    return found if found is not None and round(found.start * scale) == time else None


def _timeline(segments: Iterable[Segment], scale: int) -> Iterator[str]:
    return _runs((round(one.start * scale), round(one.until * scale)) for one in segments)


def _runs(spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Equal ones that lie behind each other are told once."""
    runs: list[list[int]] = []
    for at, end in spans:
        if runs and runs[-1][1] == end - at and runs[-1][0] + (runs[-1][2] + 1) * (end - at) == at:
            runs[-1][2] += 1
        else:
            runs.append([at, end - at, 0])
    for at, lasts, more in runs:
        again = f' r="{more}"' if more else ""
        yield f'<S t="{at}" d="{lasts}"{again}/>'


def _rate(found: float) -> str:
    return f"{round(found)}" if found == round(found) else f"{round(found * 1_000)}/1000"


def _time(seconds: float) -> str:
    return f"PT{seconds:.3f}S"


def _date(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
