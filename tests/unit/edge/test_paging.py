"""Lists in pages."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.edge.paging import BadCursor, after, page


def walk(rows: list[int], limit: int) -> list[int]:
    """As a client does: ask, and go on from `next`."""
    seen: list[int] = []
    cursor = ""
    while True:
        last = after(cursor, int)
        rest = [row for row in rows if last is None or row > last][: limit + 1]
        got = page(rest, limit=limit, key=lambda row: row)
        seen += got.items
        if got.next is None:
            return seen
        cursor = got.next


@given(st.sets(st.integers(0, 10_000), max_size=60), st.integers(1, 20))
def test_following_next_gives_every_row_once(rows: set[int], limit: int) -> None:
    assert walk(sorted(rows), limit) == sorted(rows)


@pytest.mark.parametrize("cursor", ["!", "A", "bm90LWpzb24", "eyJhIjoxfQ", "ü", "=" * 9])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        after(cursor, int)


@given(st.text(max_size=50))
def test_no_text_breaks_the_cursor(text: str) -> None:
    with suppress(BadCursor):
        after(text, int)
