"""From a journal to playlists: what is told holds together, whatever was recorded in what order."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.scripts import Script, classes
from vtp.media.manifests import dash, hls
from vtp.media.manifests.joined import joined
from vtp.media.manifests.rates import average, peak
from vtp.media.manifests.reel import MOST
from vtp.media.manifests.shapes import Captions, Presentation, Rendition, Rung, Segment
from vtp.media.manifests.table import Table, _in_order, of_ended
from vtp.media.recorder import journal
from vtp.media.recorder.journal import Grown, PartBegan

some = settings(max_examples=30)


def sources(one: Rendition) -> list[tuple[str, float, float]]:
    """Runs of one file: which, from when, until when."""
    found: list[tuple[str, float, float]] = []
    for it in one.segments:
        if found and found[-1][0] == it.source:
            found[-1] = it.source, found[-1][1], it.until
        else:
            found.append((it.source, it.start, it.until))
    return [(name, round(start, 2), round(until, 2)) for name, start, until in found]


def holds(one: Rendition) -> None:
    """No hole, no overlap, nothing too long, bytes in order."""
    assert one.segments[0].start == pytest.approx(0.0, abs=0.31)
    for a, b in pairwise(one.segments):
        assert a.until == pytest.approx(b.start)
        assert a.source != b.source or a.end <= b.first
    for it in one.segments:
        assert 0 < it.seconds <= MOST + 0.55
        assert it.first < it.end


def test_a_camera_that_goes_and_comes_back_leaves_black_between() -> None:
    script = Script().sound("mix-opus", 0, 20).picture("a", 1, 6).picture("a", 9, 20, width=640)
    stage = script.ended().renditions()["stage"]
    holds(stage)
    assert sources(stage) == [
        ("black", 0.0, 1.0),
        ("2", 1.0, 6.0),
        ("black", 6.0, 9.0),
        ("3", 9.0, 20.0),
    ]
    assert stage.spans() == [(1.0, 6.0), (9.0, 20.0)]


def test_the_stage_is_whoever_was_on_it_from_their_next_key_frame() -> None:
    script = Script().sound("mix-opus", 0, 20).picture("a", 0, 20).picture("b", 0.5, 20)
    script.stage(0, "a").stage(7, "b").stage(13, "a").stage(17, "")
    for table in (script.ended(), script.live()):
        stage = table.renditions()["stage"]
        holds(stage)
        runs = [(name, start) for name, start, _ in sources(stage)]
        assert runs[:3] == [("2", 0.0), ("3", 8.5), ("2", 14.0)]
    assert sources(script.ended().renditions()["stage"])[3][0] == "black"


def test_what_was_made_of_a_picture_that_no_browser_plays_takes_its_place() -> None:
    script = Script().sound("mix-opus", 0, 10)
    script.picture("a", 0, 10, codec="vp8").picture("a+h264", 0, 10).stage(0, "a")
    stage = script.live().renditions()["stage"]
    assert [name for name, _, _ in sources(stage)] == ["3"]


def test_voices_are_told_until_they_are_mixed() -> None:
    voices = Script().sound("v1", 0, 9, source="microphone").sound("v2", 3, 9, source="microphone")
    told = voices.ended().renditions()
    assert set(told) == {"voice-v1", "voice-v2"}
    assert sources(told["voice-v2"]) == [("silence", 0.0, 3.0), ("2", 3.0, 9.0)]
    mixed = voices.sound("mix-opus", 0, 9).sound("mix-aac", 0, 9).ended()
    assert set(mixed.renditions()) == {"opus", "aac"}


def test_whoever_follows_live_sees_black_while_no_picture_comes() -> None:
    script = Script().picture("a", 0, 4).sound("mix-opus", 0, 30)
    stage = script.live().renditions()["stage"]
    assert stage.until == pytest.approx(29.0, abs=0.3)


@pytest.mark.parametrize("at", [1 << 40, 10**15, -(1 << 40)])
def test_a_clock_that_went_wild_makes_no_list_without_an_end(at: int) -> None:
    script = Script().picture("a", 0, 6).sound("mix-opus", 0, 6)
    wild = Grown(part=1, offset=9_000_000, size=9, time=at, duration=18_000, samples=6, key=True)
    ended = journal.Ended(at=float(at))
    for table in (of_ended([*script.lines, wild, ended]), script.live()):
        table.add(wild)
        table.add(ended)
        stage = table.renditions()["stage"]
        assert len(stage.segments) < 10
        assert stage.spans() == [(0.0, 6.0)]


@some
@given(classes())
def test_fragments_that_are_laid_together_show_the_same(script: Script) -> None:
    """Beside the same lines told one by one. Of two files that show the same either will do."""
    tracks = [one.track for one in script.lines if isinstance(one, PartBegan)]
    assume(len(tracks) == len(set(tracks)))
    one_by_one = Table(live=False)
    for line in _in_order(script.lines):
        one_by_one.add(line)
    whole = script.ended().renditions()
    for name, each in one_by_one.renditions().items():
        mine, theirs = whole[name].spans(), each.spans()
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            assert one == pytest.approx(other, abs=0.31)


def test_an_hour_with_many_voices_is_few_lines() -> None:
    script = Script()
    for number in range(3):
        script.sound(f"v{number}", 0, 3_600, source="microphone")
    script.sound("mix-opus", 0, 3_600).picture("a", 0, 3_600)
    assert sum(isinstance(one, Grown) for one in joined(script.lines)) < 4_000
    assert len(script.lines) > 80_000
    last = [one for one in script.lines if isinstance(one, Grown)][-1]
    # Whoever followed it live to the end still asks for its pieces.
    assert script.ended().recent["5", last.offset] == last.offset + last.size


def test_what_was_made_anew_stands_for_all_that_was_made_before() -> None:
    script = Script().sound("mix-opus", 0, 20).picture("s", 0, 20, source="screen", codec="vp8")
    script.picture("s+h264", 0, 7, source="screen").picture("s+h264", 0, 20, source="screen")
    table = of_ended([*script.lines, journal.Replaced(part=3)])
    assert sources(table.renditions()["screen"]) == [("4", 0.0, 20.0)]
    left = table.replaced("3")
    assert left is not None
    assert left.header == 700
    assert table.replaced("4") is None
    assert table.replaced("black") is None


@some
@given(classes())
def test_renditions_have_no_hole_whatever_was_recorded(script: Script) -> None:
    for table in (script.ended(), script.live()):
        for one in table.renditions().values():
            if one.segments:
                holds(one)


@some
@given(classes(), st.data())
def test_what_was_told_to_whoever_follows_live_stays(script: Script, data: st.DataObject) -> None:
    lines = script.in_time()
    cut = data.draw(st.integers(1, len(lines)))
    table = Table()
    for one in lines[:cut]:
        table.add(one)
    before = {name: list(one.segments) for name, one in table.renditions().items()}
    pieces = {name: list(one.open) for name, one in table.renditions().items()}
    for one in lines[cut:]:
        table.add(one)
    for name, told in before.items():
        now = table.renditions()[name].segments
        assert [(it.source, it.first, it.end, it.start, it.until) for it in now[: len(told)]] == [
            (it.source, it.first, it.end, it.start, it.until) for it in told
        ]
        opened = pieces[name]
        after = [*now[len(told) :]]
        if opened and after:
            assert (after[0].source, after[0].first) == (opened[0].source, opened[0].first)


@some
@given(classes())
def test_a_media_playlist_keeps_the_rules(script: Script) -> None:
    """RFC 8216bis: 4.4.3.1, 4.4.4.1, 4.4.4.5 and 4.4.4.9."""
    for table in (script.ended(), script.live()):
        for name, one in table.renditions().items():
            text = hls.Playlist(one, wall=table.wall).text(
                ended=table.ended, next_byte=table.next_byte(name)
            )
            assert text.startswith("#EXTM3U\n#EXT-X-VERSION:9\n")
            target = int(re.findall("TARGETDURATION:([0-9]+)", text)[0])
            lengths = [float(it) for it in re.findall("#EXTINF:([0-9.]+)", text)]
            assert all(round(it) <= target for it in lengths)
            assert len(lengths) == len(one.segments)
            assert ("#EXT-X-ENDLIST" in text) == table.ended
            for part in re.findall(r"PART:DURATION=([0-9.]+)", text):
                assert float(part) <= float(re.findall("PART-TARGET=([0-9.]+)", text)[0]) + 0.0005
            if lengths:
                first = text.index("#EXTINF")
                assert "#EXT-X-MAP" in text[:first]
                assert "#EXT-X-PROGRAM-DATE-TIME" in text[:first]


def test_whoever_follows_live_is_told_pieces_and_what_comes_next() -> None:
    table = Script().picture("a", 0, 60).sound("mix-opus", 0, 60).live()
    one = table.renditions()["stage"]
    text = hls.Playlist(one, wall=0).text(ended=False, next_byte=table.next_byte("stage"))
    assert "CAN-BLOCK-RELOAD=YES" in text
    hold = float(re.findall("PART-HOLD-BACK=([0-9.]+)", text)[0])
    piece = float(re.findall("PART-TARGET=([0-9.]+)", text)[0])
    assert hold >= 3 * piece
    # Only the last three targets have pieces (4.4.4.9), and they make up their segment.
    assert len(re.findall("#EXT-X-PART:", text)) < 100
    tail = text[text.index("#EXT-X-PART:") :]
    closed = tail[: tail.index("#EXTINF")]
    lasts = float(re.findall("#EXTINF:([0-9.]+)", tail)[0])
    assert sum(float(it) for it in re.findall("DURATION=([0-9.]+)", closed)) == pytest.approx(lasts)
    last = one.open[-1]
    assert f'PRELOAD-HINT:TYPE=PART,URI="../media/2/{last.end}.m4s' in text.replace("/1/", "/2/")


def test_an_update_leaves_out_what_is_old() -> None:
    table = Script().picture("a", 0, 600).sound("mix-opus", 0, 600).live()
    one = table.renditions()["stage"]
    playlist = hls.Playlist(one, wall=0)
    whole, update = (playlist.text(ended=False, skip=skip) for skip in (False, True))
    skipped = int(re.findall("SKIPPED-SEGMENTS=([0-9]+)", update)[0])
    assert skipped + len(re.findall("#EXTINF", update)) == len(re.findall("#EXTINF", whole))
    assert one.until - one.segments[skipped].start >= 6 * hls.LIVE_TARGET - 0.01
    assert len(update) < 6_000 < len(whole)


def test_three_hours_are_told_in_few_bytes() -> None:
    table = Script().picture("a", 0, 10_800).ended()
    text = hls.Playlist(table.renditions()["stage"], wall=0).text(ended=True)
    assert len(text) / 5_400 < 64  # a segment


def test_the_multivariant_playlist_tells_what_players_choose_by() -> None:
    table = Script().picture("a", 0, 20).picture("s", 3, 9, source="screen").ended()
    told = Script().picture("a", 0, 20).sound("mix-opus", 0, 20).sound("mix-aac", 0, 20).ended()
    small = Rung(
        name="stage-360", file="made/stage-360.mp4", of="stage", codec="avc1.4d401e", width=640,
        height=360, timescale=90_000, header=700,
        segments=[(700 + n * 9_000, 9_000, n * 2.0, 2.0, 60) for n in range(10)],
    )  # fmt: skip
    shown = told.presentation()
    shown = Presentation(
        wall=0, ended=True, renditions=shown.renditions, rungs=[("stage", small.rendition())],
        captions=[Captions(name="captions-en", language="en", label='"En"', file="e.vtt")],
    )  # fmt: skip
    text = hls.multivariant(shown)
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in text
    variants = re.findall(r"#EXT-X-STREAM-INF:(.*)\n(.*?)\x00", text)
    assert [uri for _, uri in variants] == ["stage.m3u8", "stage-360.m3u8"] * 2
    assert 'AUDIO="aac"' in variants[0][0]
    assert 'AUDIO="opus"' in variants[2][0]
    for told_of, _ in variants:
        most, mean = map(int, re.findall("BANDWIDTH=([0-9]+)", told_of))
        assert most >= mean > 0
        assert "FRAME-RATE=30.000" in told_of
        assert "CLOSED-CAPTIONS=NONE" in told_of
    assert 'CODECS="avc1.4d401e,mp4a.40.2",RESOLUTION=640x360' in variants[1][0]
    assert text.count("TYPE=AUDIO") == 2
    assert 'TYPE=SUBTITLES,GROUP-ID="captions",NAME=" En ",LANGUAGE="en"' in text
    screen = hls.multivariant(table.presentation(), view="screen")
    assert "screen.m3u8" in screen


@given(st.lists(st.tuples(st.integers(1, 10**6), st.floats(0.5, 4.0)), min_size=1, max_size=30))
def test_the_peak_is_the_most_of_any_run_of_about_a_target(told: list[tuple[int, float]]) -> None:
    at, segments = 0.0, []
    for size, seconds in told:
        segments.append(Segment("1", 0, size, at, at + seconds, True, 1))
        at += seconds
    target = max(one.seconds for one in segments)
    runs = []
    for first in range(len(segments)):
        for last in range(first, len(segments)):
            run = segments[first : last + 1]
            lasts = sum(one.seconds for one in run)
            if 0.5 * target <= lasts <= 1.5 * target:
                runs.append(8 * sum(one.size for one in run) / lasts)
    assert peak(segments) == pytest.approx(max(runs), rel=1e-6, abs=1.0)
    assert average(segments) == pytest.approx(8 * sum(s for s, _ in told) / at, rel=1e-6, abs=1.0)


@some
@given(classes())
def test_a_manifest_of_dash_keeps_the_rules(script: Script) -> None:
    """ISO/IEC 23009-1, 5.3.9.3 and 5.3.2: times, periods and as many addresses as times."""
    for table in (script.ended(), script.live()):
        text = dash.manifest(table.presentation(), now=1_773_338_500.0)
        assert f'type="{"static" if table.ended else "dynamic"}"' in text
        periods = re.findall(
            r'<Period id="p\d+" start="PT([\d.]+)S"(.*?)</Period>', text, re.DOTALL
        )
        starts = [float(start) for start, _ in periods]
        assert starts[0] == 0
        assert starts == sorted(set(starts))
        for start, inside in periods:
            for scale, offset, name, each in re.findall(
                r'<SegmentTemplate timescale="(\d+)" presentationTimeOffset="(\d+)".*?'
                r'media="([^/]+)/\$Time\$[^"]*">(.*?)</SegmentTemplate>',
                inside,
                re.DOTALL,
            ):
                runs = re.findall(r'<S t="(\d+)" d="(\d+)"(?: r="(\d+)")?/>', each)
                assert int(offset) == pytest.approx(
                    float(start) * int(scale), abs=int(scale) / 1_000 + 1
                )
                assert int(runs[0][0]) <= int(offset) + int(scale) * 0.6
                for at, lasts, again in runs:
                    for number in range(int(again or 0) + 1):
                        time = int(at) + number * int(lasts)
                        assert dash.at(table.renditions()[name], time) is not None


def test_a_manifest_that_goes_on_says_where_now_is() -> None:
    shown = Script().picture("a", 0, 20).sound("mix-opus", 0, 20).live().presentation()
    text = dash.manifest(shown, now=shown.wall + 50, paused=30)
    assert 'availabilityStartTime="2026-03-12T18:00:30.000Z"' in text
    assert "<UTCTiming " in text
    assert 'minimumUpdatePeriod="PT2.000S"' in text
