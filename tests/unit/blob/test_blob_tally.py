from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.blob.port import Mismatch
from vtp.blob.tally import Tally, span


@given(st.lists(st.binary(max_size=50), max_size=10))
def test_pieces_count_and_hash_like_the_whole(pieces: list[bytes]) -> None:
    tally, whole = Tally(), b"".join(pieces)
    for piece in pieces:
        tally.add(piece)
    assert (tally.size, tally.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    tally.require(size=len(whole), sha256=tally.sha256.upper())
    tally.require(size=None, sha256=None)


def test_an_announced_size_or_hash_must_come_true() -> None:
    tally = Tally()
    tally.add(b"abc")
    with pytest.raises(Mismatch, match="4 bytes were announced, but 3 arrived"):
        tally.require(size=4, sha256=None)
    with pytest.raises(Mismatch, match="SHA-256"):
        tally.require(size=3, sha256="0" * 64)


@given(
    st.binary(max_size=20),
    st.integers(0, 30),
    st.none() | st.integers(0, 30),
)
def test_a_range_is_a_slice(data: bytes, start: int, length: int | None) -> None:
    first, stop = span(len(data), start, length)
    assert 0 <= first <= stop <= len(data)
    assert data[first:stop] == data[start:][:length]


@pytest.mark.parametrize(("start", "length"), [(-1, None), (0, -1)])
def test_a_negative_range_is_a_mistake_of_the_program(start: int, length: int | None) -> None:
    with pytest.raises(ValueError, match="range"):
        span(10, start, length)
