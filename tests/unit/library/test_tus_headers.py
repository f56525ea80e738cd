"""The headers of tus, and ranges of bytes."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.library import ranges, tus
from vtp.library.problems import BadMetadata, NoLength, NotTus, UnknownChecksum


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_metadata_are_names_with_values() -> None:
    given_ = f"filename {_b64('Grüße, 1.mp4')},empty, title {_b64('x')}"
    assert tus.metadata({"Upload-Metadata": given_}) == {
        "filename": "Grüße, 1.mp4",
        "empty": "",
        "title": "x",
    }


@pytest.mark.parametrize("odd", ["filename ?", "a eA==,a eA==", "filename /w==", "x" * 5000])
def test_odd_metadata_are_refused(odd: str) -> None:
    with pytest.raises(BadMetadata):
        tus.metadata({"Upload-Metadata": odd})


@pytest.mark.parametrize("odd", ["", "-1", "1.5", "1e3", "٣", "9" * 20])
def test_an_odd_length_is_none(odd: str) -> None:
    with pytest.raises(NoLength):
        tus.length({"Upload-Length": odd})


def test_another_version_is_refused() -> None:
    with pytest.raises(NotTus):
        tus.require_version({"Tus-Resumable": "0.2.2"})


@pytest.mark.parametrize("odd", ["crc32 AAAA", "sha1", "sha256 !!", ""])
def test_a_checksum_of_another_kind_is_refused(odd: str) -> None:
    with pytest.raises(UnknownChecksum):
        tus.checksum({"Upload-Checksum": odd} if odd else {"Upload-Checksum": " "})


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=50-400", (50, 100)),
        ("bytes=9-3", None),
        ("bytes=0-1,5-6", None),
        ("lines=1-2", None),
        ("bytes=-", None),
    ],
)
def test_a_range_is_read_as_the_rfc_says(header: str | None, span: tuple[int, int] | None) -> None:
    found = ranges.asked(header, 100)
    assert (None if found is None else (found.first, found.stop)) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_a_range_behind_the_end_is_not_there(header: str) -> None:
    with pytest.raises(ranges.NotThere):
        ranges.asked(header, 100)


@given(st.text(max_size=40), st.integers(0, 1000))
def test_a_span_never_leaves_the_file(header: str, size: int) -> None:
    try:
        span = ranges.asked(f"bytes={header}", size)
    except ranges.NotThere:
        return
    assert span is None or 0 <= span.first < span.stop <= size
