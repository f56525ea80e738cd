"""Captions are cut for players, and nothing that is said is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from vtp.media.manifests import dash, subtitles, wvtt
from vtp.media.manifests.shapes import Captions, Presentation, Rendition, Segment, Source
from vtp.media.manifests.subtitles import Cue

cues = st.lists(
    st.builds(
        lambda start, lasts: Cue(start / 1_000, (start + lasts) / 1_000, "Said"),
        st.integers(0, 200_000),
        st.integers(1, 90_000),
    ),
    min_size=1,
    max_size=20,
)


@given(cues)
def test_each_segment_has_all_that_is_said_in_it(said: list[Cue]) -> None:
    for number in range(subtitles.count(max(one.until for one in said))):
        start, until = number * subtitles.SEGMENT, (number + 1) * subtitles.SEGMENT
        text = subtitles.segment(said, number)
        assert "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n" in text
        inside = [one for one in said if one.start < until and one.until > start]
        assert text.count("-->") == len(inside)


@given(cues, st.integers(1, 199_000))
def test_the_segments_of_periods_say_all_at_its_time(said: list[Cue], border: int) -> None:
    """ISO/IEC 14496-30, 6: samples without a hole, each with all that is said in it."""
    for start, until in ((0, border), (border, 300_000)):
        spans = wvtt.cut(start, until)
        assert [spans[0][0], spans[-1][1]] == [start, until]
        for first, end in spans:
            assert 0 < end - first <= 30_000
            at, samples = read_back(wvtt.segment(said, first, end))
            assert at == first
            assert at + sum(lasts for lasts, _ in samples) == end
            for lasts, numbers in samples:
                assert numbers == [
                    n
                    for n, one in enumerate(said)
                    if round(one.start * 1_000) < at + lasts and round(one.until * 1_000) > at
                ]
                at += lasts


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    while data:
        size = int.from_bytes(data[:4])
        yield data[4:8], data[8:size]
        data = data[size:]


def read_back(fragment: bytes) -> tuple[int, list[tuple[int, list[int]]]]:
    """When it begins; of each sample how long it lasts, and which cues are said in it."""
    found = dict(boxes(fragment))
    track = dict(boxes(dict(boxes(found[b"moof"]))[b"traf"]))
    run, data = track[b"trun"], found[b"mdat"]
    assert int.from_bytes(run[8:12]) == len(fragment) - len(data)
    samples, at = [], 0
    for place in range(12, len(run), 8):
        lasts, size = int.from_bytes(run[place : place + 4]), int.from_bytes(run[place + 4 :][:4])
        said = [dict(boxes(one)) for kind, one in boxes(data[at : at + size]) if kind == b"vttc"]
        assert all(one[b"payl"] == b"Said" for one in said)
        samples.append((lasts, [int.from_bytes(one[b"vsid"]) for one in said]))
        at += size
    assert at == len(data)
    return int.from_bytes(track[b"tfdt"][4:]), samples


def test_what_is_no_markup_stays_none_and_silence_is_said() -> None:
    made = wvtt.segment([Cue(1, 2, "a < b & c\nd")], 0, 3_000)
    assert b"payla &lt; b &amp; c\nd" in made
    assert made.count(b"vtte") == 2
    assert b"wvtt" in wvtt.head()


def test_a_playlist_of_captions_is_as_long_as_the_recording() -> None:
    text = subtitles.playlist("captions-en", seconds=95.5, wall=0.0, pauses=[(40.0, 600.0)])
    lengths = [float(one) for one in re.findall("#EXTINF:([0-9.]+)", text)]
    assert lengths == [30, 30, 30, 5.5]
    # No segment is longer than it says (RFC 8216bis, 4.4.3.1), and a pause is told.
    assert "#EXT-X-TARGETDURATION:30" in text
    assert re.findall("DATE-TIME:(.*)Z", text) == [
        "1970-01-01T00:00:00.000",
        "1970-01-01T00:11:00.000",
    ]
    assert text.endswith("#EXT-X-ENDLIST\n")


def test_a_short_recording_has_one_segment() -> None:
    assert subtitles.count(0.0) == subtitles.count(30.0) == 1
    assert subtitles.count(30.5) == 2


def test_what_captions_are_called_breaks_no_manifest() -> None:
    source = Source("1", "opus", 48_000, 100)
    sound = Rendition("opus", "audio", {"1": source}, [Segment("1", 100, 200, 0, 4, True, 9)])
    named = Captions(name="captions-en", language="en", label="<&>\x01", file="made/e.vtt")
    shown = Presentation(wall=0, ended=True, renditions={"opus": sound}, captions=[named])
    text = dash.manifest(shown)
    assert "<Label>&lt;&amp;&gt;</Label>" in text
    assert 'initialization="../media/captions/init.mp4\x00"' in text
    assert 'media="captions-en/0-4000/$Time$.cmft\x00"' in text
    assert '<SegmentTimeline><S t="0" d="4000"/></SegmentTimeline>' in text
    assert 'mimeType="application/mp4" lang="en"' in text
