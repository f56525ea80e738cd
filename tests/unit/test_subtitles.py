"""Captions are cut for players, and nothing that is said is lost on the way."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from vtp.media.manifests import dash, subtitles
from vtp.media.manifests.shapes import Captions, Presentation, Rendition, Segment, Source
from vtp.media.manifests.subtitles import Cue
from vtp.recordings.captions import read

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


@given(cues, st.integers(1, 199))
def test_the_files_of_periods_say_all_in_their_own_time(said: list[Cue], border: int) -> None:
    parts = [(0.0, float(border)), (float(border), 300.0)]
    total = 0.0
    for start, until in parts:
        text = subtitles.of_period(said, start, until)
        if "-->" in text:
            found = read(text.encode())
            assert all(0 <= one.start < one.until <= until - start + 0.001 for one in found)
            total += sum(one.until - one.start for one in found)
    assert abs(total - sum(one.until - one.start for one in said)) < 0.002 * len(said)


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
    assert "<BaseURL>captions-en/0-4000.vtt\x00</BaseURL>" in text
    assert 'mimeType="text/vtt" lang="en"' in text
