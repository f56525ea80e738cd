"""Captions are read strictly, and nothing of them but times and text is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.errors import Invalid
from vtp.media.manifests.subtitles import Cue, written
from vtp.recordings.captions import NotCaptions, TooManyCaptions, read

_SRT = b"1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Hello</i> & welcome\r\nall\r\n\r\n2\r\n00:01:00,000 --> 00:01:01,000\r\n<script>x</script>\r\n"
_VTT = (
    b"WEBVTT - of the class\n\nNOTE made by hand\n\nSTYLE\n::cue{color:red}\n\n"
    b"intro\n00:01.000 --> 00:02.500 align:start\n<v Ines>Hello &amp; welcome</v>\nall\n"
)


def test_subrip_and_webvtt_say_the_same() -> None:
    first = Cue(1.0, 2.5, "Hello & welcome\nall")
    assert read(_SRT) == [first, Cue(60.0, 61.0, "x")]
    assert read(_VTT) == [first]


def test_what_is_written_holds_no_markup_and_says_the_same_again() -> None:
    cues = [Cue(1.0, 2.5, "a < b & c"), Cue(3_601.25, 3_602.0, "→")]
    text = written(cues)
    assert "01:00:01.250 --> 01:00:02.000" in text
    assert "a &lt; b &amp; c" in text
    assert read(text.encode()) == cues


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"WEBVTT\n",
        b"\xff\xfe1",
        b"Dear all,\n\nhere are the captions",
        b"1\n00:00:02,000 --> 00:00:01,000\nback in time",
        b"1\n00:00:01,000 --> 00:00:02,000\n" + b"a" * 1_001,
        b"1\n00:61:01,000 --> 00:62:02,000\nx",
    ],
)
def test_what_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(NotCaptions):
        read(data)


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(TooManyCaptions):
        read(b"x" * 2_097_153)
    one = b"00:00:01.000 --> 00:00:02.000\nx\n\n"
    with pytest.raises(TooManyCaptions):
        read(b"WEBVTT\n\n" + one * 20_001)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_anything_is_read_or_refused(data: bytes) -> None:
    for given_data in (data, b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + data):
        try:
            cues = read(given_data)
        except Invalid:
            continue
        assert read(written(cues).encode()) == cues
