"""The rules of HLS and DASH that we say we keep, each as a function that looks for a breach.

Written from the documents, not from our code: texts are parsed anew here. `RULES` has them by the
name that docs/API.md lists; `draft` is draft-pantos-hls-rfc8216bis, `dash` ISO/IEC 23009-1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from xml.etree import ElementTree as ET

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s][^,]*)(?:,|$)')
_NEAR = 0.002  # s; manifests tell times to the millisecond


@dataclass
class Part:
    seconds: float
    uri: str
    independent: bool


@dataclass
class Segment:
    seconds: float = 0.0
    uri: str = ""
    head: str = ""  # of its EXT-X-MAP
    date: float | None = None
    parts: list[Part] = field(default_factory=list)


@dataclass
class Media:
    """A media playlist, read by somebody else."""

    lines: list[str]
    tags: dict[str, str] = field(default_factory=dict)  # those that stand once
    segments: list[Segment] = field(default_factory=list)
    open: Segment = field(default_factory=Segment)

    def number(self, tag: str, name: str) -> float:
        return float(attributes(self.tags[tag])[name])


@dataclass
class Told:
    """All that a player is told of a recording at one moment."""

    ended: bool
    multivariant: str
    playlists: Mapping[str, str]
    updates: Mapping[str, str]  # the same with what is old left out
    later: Mapping[str, str]  # the same playlists some time afterwards
    mpd: str
    keyless: frozenset[tuple[str, int]]  # segments that do not begin with a key frame

    @property
    def media(self) -> dict[str, Media]:
        return {name: media(text) for name, text in self.playlists.items()}

    @property
    def texts(self) -> list[str]:
        return [self.multivariant, *self.playlists.values(), *self.updates.values()]


def attributes(text: str) -> dict[str, str]:
    found, at = {}, 0
    while at < len(text):
        one = _ATTRIBUTE.match(text, at)
        assert one is not None, f"no attribute list: {text[at:]!r}"
        assert one[1] not in found, f"{one[1]} twice"
        found[one[1]] = one[2].strip('"')
        at = one.end()
    return found


def media(text: str) -> Media:
    found = Media(text.splitlines())
    now, head = Segment(), ""
    for line in found.lines:
        tag, _, rest = line.partition(":")
        if tag == "#EXT-X-MAP":
            head = attributes(rest)["URI"]
        elif tag == "#EXT-X-PROGRAM-DATE-TIME":
            now.date = datetime.fromisoformat(rest).timestamp()
        elif tag == "#EXTINF":
            now.seconds = float(rest.rstrip(","))
        elif tag == "#EXT-X-PART":
            given = attributes(rest)
            now.head = head
            now.parts.append(
                Part(float(given["DURATION"]), given["URI"], given.get("INDEPENDENT") == "YES")
            )
        elif not line.startswith("#"):
            now.uri, now.head = line, head
            found.segments.append(now)
            now = Segment()
        else:
            assert tag not in found.tags, f"{tag} twice"
            found.tags[tag] = rest
    found.open = now
    return found


Rule = Callable[[Told], None]
RULES: dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    def kept(check: Rule) -> Rule:
        RULES[name] = check
        return check

    return kept


# --- HLS ----------------------------------------------------------------------------------------
@rule("draft 4.1: UTF-8 without a byte order mark, no control characters, normalized")
def _text(told: Told) -> None:
    for text in told.texts:
        assert not text.startswith("\ufeff")
        assert all(one == "\n" or unicodedata.category(one) != "Cc" for one in text)
        assert unicodedata.is_normalized("NFC", text)
        assert all(line and line == line.strip() for line in text.splitlines())


@rule("draft 4.2: every attribute list parses, and names an attribute once")
def _attributes(told: Told) -> None:
    for line in "\n".join(told.texts).splitlines():
        tag, _, rest = line.partition(":")
        if tag.startswith("#EXT-X-") and "=" in rest:
            attributes(rest)


@rule("draft 4.4.1: EXTM3U comes first, and the version is that of what is used")
def _version(told: Told) -> None:
    for text in told.texts:
        lines = text.splitlines()
        assert lines[0] == "#EXTM3U"
        [version] = re.findall(r"^#EXT-X-VERSION:(\d+)$", text, re.MULTILINE)
        assert int(version) >= (9 if "#EXT-X-SKIP" in text else 6)


@rule("draft 4.4.3.1: no segment, rounded, is longer than the target duration")
def _target(told: Told) -> None:
    for one in told.media.values():
        target = int(one.tags["#EXT-X-TARGETDURATION"])
        assert all(round(it.seconds) <= target for it in one.segments)


@rule("draft 4.4.3.4 and 4.4.3.5: VOD and an end once it has ended, EVENT and none before")
def _kind(told: Told) -> None:
    for one in told.media.values():
        assert one.tags["#EXT-X-PLAYLIST-TYPE"] == ("VOD" if told.ended else "EVENT")
        assert ("#EXT-X-ENDLIST" in one.tags) == told.ended
        assert one.tags["#EXT-X-MEDIA-SEQUENCE"] == "0"


@rule("draft 4.4.3.7: no part is longer than the part target")
def _part_target(told: Told) -> None:
    for one in told.media.values():
        parts = [part for it in [*one.segments, one.open] for part in it.parts]
        assert not parts or "#EXT-X-PART-INF" in one.tags
        if parts:
            longest = one.number("#EXT-X-PART-INF", "PART-TARGET")
            assert max(part.seconds for part in parts) <= longest + 1e-4


@rule("draft 4.4.3.8: players hold back three targets, and skip only what is six targets old")
def _control(told: Told) -> None:
    for one in told.media.values():
        if told.ended:
            assert "#EXT-X-SERVER-CONTROL" not in one.tags
            continue
        target = int(one.tags["#EXT-X-TARGETDURATION"])
        control = "#EXT-X-SERVER-CONTROL"
        assert one.number(control, "HOLD-BACK") >= 3 * target
        assert one.number(control, "CAN-SKIP-UNTIL") >= 6 * target
        part = one.number("#EXT-X-PART-INF", "PART-TARGET")
        assert one.number(control, "PART-HOLD-BACK") >= 3 * part - 1e-3


@rule("draft 4.4.4.5: every segment and part has a head before it")
def _head(told: Told) -> None:
    for one in told.media.values():
        for it in [*one.segments, *([one.open] if one.open.parts else [])]:
            assert it.head.endswith("/init.mp4")
            source = it.head.rpartition("/")[0]
            assert all(part.uri.startswith(source + "/") for part in it.parts)
            assert not it.uri or it.uri.startswith(source + "/")


@rule("draft 4.4.4.6: dates go on with the time of the media, or later where it was paused")
def _dates(told: Told) -> None:
    for one in told.media.values():
        at: float | None = None
        for it in one.segments:
            assert it.date is not None or at is not None
            if it.date is not None:
                assert at is None or it.date >= at - _NEAR
                at = it.date
            at = (at or 0.0) + it.seconds


@rule("draft 4.4.4.9: parts make up their segment, and go once it is three targets old")
def _parts(told: Told) -> None:
    for one in told.media.values():
        behind = sum(part.seconds for part in one.open.parts)
        target = int(one.tags["#EXT-X-TARGETDURATION"])
        for it in reversed(one.segments):
            if it.parts:
                assert sum(part.seconds for part in it.parts) <= it.seconds + 0.31
                assert behind < 3 * target
            behind += it.seconds


@rule("draft 4.4.5.1: an update leaves out only what is old, and tells the rest as before")
def _update(told: Told) -> None:
    for name, text in told.updates.items():
        update, whole = media(text), told.media[name]
        if "#EXT-X-SKIP" not in update.tags:
            assert text == told.playlists[name]
            continue
        skipped = int(update.number("#EXT-X-SKIP", "SKIPPED-SEGMENTS"))
        left = whole.segments[skipped:]
        assert [it.uri for it in update.segments] == [it.uri for it in left]
        edge = whole.number("#EXT-X-SERVER-CONTROL", "CAN-SKIP-UNTIL")
        last = sum(part.seconds for part in whole.open.parts)
        assert sum(it.seconds for it in left) + last >= edge - 0.01


@rule("draft 4.4.5.3: what is hinted at is the part that comes next from that file")
def _hint(told: Told) -> None:
    for name, one in told.media.items():
        if "#EXT-X-PRELOAD-HINT" not in one.tags:
            continue
        hint = attributes(one.tags["#EXT-X-PRELOAD-HINT"])
        assert hint["TYPE"] == "PART"
        last = one.open.parts[-1].uri if one.open.parts else one.segments[-1].parts[-1].uri
        now = media(told.later[name])
        uris = [part.uri for it in [*now.segments, now.open] for part in it.parts]
        if last in uris and uris[-1] != last:
            after = uris[uris.index(last) + 1]
            goes_on = after.rpartition("/")[0] == last.rpartition("/")[0]
            ends = re.search(r"/(\d+)\.m4s", after)
            assert hint["URI"] == after or not goes_on or ends is None or _moved(hint["URI"], after)


def _moved(hinted: str, came: str) -> bool:
    """What was between could not be taken: it went on at a later key frame."""
    at = [int(re.findall(r"(\d+)\.m4s", one)[0]) for one in (hinted, came)]
    return at[1] > at[0]


@rule("draft 4.4.6.1: renditions have a name of their own in their group, and one is the default")
def _renditions(told: Told) -> None:
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for rest in re.findall(r"^#EXT-X-MEDIA:(.*)$", told.multivariant, re.MULTILINE):
        one = attributes(rest)
        groups.setdefault((one["TYPE"], one["GROUP-ID"]), []).append(one)
    for (kind, _), each in groups.items():
        assert len({one["NAME"] for one in each}) == len(each)
        default = [one for one in each if one["DEFAULT"] == "YES"]
        assert len(default) <= 1
        assert all(one["AUTOSELECT"] == "YES" for one in default)
        assert all("CHANNELS" in one for one in each) or kind != "AUDIO"


@rule("draft 4.4.6.2: variants tell bandwidths that hold, codecs, size, rate, and groups that are")
def _variants(told: Told) -> None:
    lines = told.multivariant.splitlines()
    groups = re.findall(r'TYPE=AUDIO,GROUP-ID="(\w+)"', told.multivariant)
    for line, uri in pairwise(lines):
        if not line.startswith("#EXT-X-STREAM-INF:"):
            continue
        given = attributes(line.partition(":")[2])
        assert int(given["BANDWIDTH"]) >= int(given["AVERAGE-BANDWIDTH"]) > 0
        assert uri.removesuffix(".m3u8") in told.playlists
        assert given.get("AUDIO", groups[0] if groups else "") in [*groups, ""]
        codecs = given["CODECS"].split(",")
        assert all(codecs)
        if "avc1" in given["CODECS"]:
            assert re.fullmatch(r"\d+x\d+", given["RESOLUTION"])
            assert float(given["FRAME-RATE"]) > 0
            assert len(codecs) == (2 if groups else 1)


@rule("draft 6.2.1: what a playlist has told stays, and more is added behind it")
def _grows(told: Told) -> None:
    for name, one in told.media.items():
        after = media(told.later[name]).segments[: len(one.segments)]
        assert [(it.uri, it.seconds, it.head) for it in one.segments] == [
            (it.uri, it.seconds, it.head) for it in after
        ]


@rule("draft 6.2.4: all renditions have the same target duration")
def _same_target(told: Told) -> None:
    assert len({one.tags["#EXT-X-TARGETDURATION"] for one in told.media.values()}) == 1


# --- DASH ---------------------------------------------------------------------------------------
_NAMES = {"": "urn:mpeg:dash:schema:mpd:2011"}


def _periods(told: Told) -> list[tuple[float, ET.Element]]:
    tree = ET.fromstring(told.mpd)
    return [(seconds(one.attrib["start"]), one) for one in tree.findall("Period", _NAMES)]


def seconds(text: str) -> float:
    found = re.fullmatch(r"PT(\d+\.\d+)S", text)
    assert found is not None, text
    return float(found[1])


def runs(template: ET.Element) -> Iterator[tuple[int, int]]:
    """Each segment: when it begins, and how long it lasts, in ticks."""
    for one in template.iterfind("SegmentTimeline/S", _NAMES):
        at, lasts = int(one.attrib["t"]), int(one.attrib["d"])
        for number in range(int(one.attrib.get("r", "0")) + 1):
            yield at + number * lasts, lasts


def _templates(told: Told) -> Iterator[tuple[float, ET.Element, ET.Element]]:
    for start, period in _periods(told):
        for one in period.iterfind("AdaptationSet/Representation", _NAMES):
            template = one.find("SegmentTemplate", _NAMES)
            assert template is not None
            yield start, one, template


@rule("dash 5.3.1.2: static ones have a duration; dynamic ones a beginning, updates and a clock")
def _mpd(told: Told) -> None:
    tree = ET.fromstring(told.mpd)
    given = tree.attrib
    assert given["type"] == ("static" if told.ended else "dynamic")
    assert {"profiles", "minBufferTime"} <= given.keys()
    if told.ended:
        assert seconds(given["mediaPresentationDuration"]) > 0
        return
    for name in ("availabilityStartTime", "publishTime"):
        assert datetime.fromisoformat(given[name]).tzinfo is not None
    assert given["minimumUpdatePeriod"]
    clock = tree.find("UTCTiming", _NAMES)
    assert clock is not None
    assert clock.attrib["schemeIdUri"].startswith("urn:mpeg:dash:utc:")


@rule("dash 5.3.2: periods begin at 0 and each where the one before ends")
def _period(told: Told) -> None:
    periods = _periods(told)
    assert periods[0][0] == 0.0
    assert len({one.attrib["id"] for _, one in periods}) == len(periods)
    for (start, one), (after, _) in pairwise(periods):
        assert start < after
        assert start + seconds(one.attrib["duration"]) - after <= _NEAR


@rule("dash 5.3.3 and 5.3.5: sets and representations have their own names, codecs and bandwidth")
def _representations(told: Told) -> None:
    for _, period in _periods(told):
        sets = period.findall("AdaptationSet", _NAMES)
        assert len({one.attrib["id"] for one in sets}) == len(sets)
        each = period.findall("AdaptationSet/Representation", _NAMES)
        assert len({one.attrib["id"] for one in each}) == len(each)
        assert all(int(one.attrib["bandwidth"]) > 0 and one.attrib["codecs"] for one in each)


@rule("dash 5.3.9.2: the times of a period are told apart from those of its media")
def _offset(told: Told) -> None:
    for start, _, template in _templates(told):
        scale = int(template.attrib["timescale"])
        offset = int(template.attrib["presentationTimeOffset"])
        assert abs(offset / scale - start) <= _NEAR


@rule("dash 5.3.9.6: segments of a timeline are in order and do not overlap")
def _timeline(told: Told) -> None:
    for _, _, template in _templates(told):
        each = list(runs(template))
        assert each
        assert all(lasts > 0 for _, lasts in each)
        assert all(at + lasts <= after + 1 for (at, lasts), (after, _) in pairwise(each))


@rule("dash 5.3.3.2: it says that segments begin with a key frame only where all of them do")
def _keys(told: Told) -> None:
    for _, period in _periods(told):
        for one in period.iterfind("AdaptationSet[@startWithSAP]", _NAMES):
            for representation in one.iterfind("Representation", _NAMES):
                template = representation.find("SegmentTemplate", _NAMES)
                assert template is not None
                name = representation.attrib["id"]
                assert not told.keyless & {(name, at) for at, _ in runs(template)}


@rule("DASH-IF: segments are addressed by their time, each representation under its own name")
def _addresses(told: Told) -> None:
    for _, one, template in _templates(told):
        given = template.attrib
        assert given["media"].count("$Time$") == 1
        assert given["media"].startswith(one.attrib["id"] + "/")
        assert "$" not in given["initialization"]


def broken(told: Told) -> Sequence[str]:
    """The names of those that are not kept."""
    found = []
    for name, check in RULES.items():
        try:
            check(told)
        except (AssertionError, KeyError, ValueError) as error:
            found.append(f"{name}: {error!r}")
    return found
