from __future__ import annotations

from pathlib import PurePosixPath
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.blob.keys import MAX_KEY, MAX_PART, checked, checked_prefix, key_for
from vtp.blob.port import BadKey
from vtp.ids import uuid7

TRAVERSALS = [
    "", "/", ".", "..", "../x", "x/..", "x/../y", "x/./y", "/etc/passwd", "//x", "x//y", "x/",
    "..\\x", "x\\..\\y", "C:x", "c:/x", "~/x", "x\0y", "x\ny", "x y", "%2e%2e/x", "x/%2e%2e",
    "..%2fx", "....//x", ".hidden", "x/.about", ".drafts/x", "x/.y.about", "X", "ä", "x\u2025y",
    "x\uff0ey", "x\uff0fy", "-x", "x/-y", "x?y", "x#y", "x*", "x:y", "x;y", "x|y", "x&y", "x'y",
    "x\n", "\u202ex", "file:x", "x" * (MAX_PART + 1), "x/" * MAX_KEY + "x",
]  # fmt: skip


@pytest.mark.parametrize("key", TRAVERSALS)
def test_what_could_lead_elsewhere_is_no_key(key: str) -> None:
    with pytest.raises(BadKey):
        checked(key)


@pytest.mark.parametrize(
    "prefix", [p for p in TRAVERSALS if p not in ("", "x/") and len(p) <= MAX_PART]
)
def test_what_is_no_key_does_not_begin_one_either(prefix: str) -> None:
    with pytest.raises(BadKey):
        checked_prefix(prefix)


@pytest.mark.parametrize("prefix", ["", "m", "media", "media/", "media/c4", "media/c4/0.x"])
def test_a_prefix_may_end_anywhere_in_a_key(prefix: str) -> None:
    assert checked_prefix(prefix) == prefix


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_whatever_passes_stays_where_it_is_put(text: str) -> None:
    try:
        path = PurePosixPath("/root") / checked(text)
    except BadKey:
        return
    assert path.parts[:2] == ("/", "root")
    assert ".." not in path.parts
    assert str(path) == f"/root/{text}"


@given(st.text("abz09._-/", max_size=40))
def test_every_beginning_of_a_key_is_a_prefix(text: str) -> None:
    try:
        checked(text)
    except BadKey:
        return
    for end in range(len(text) + 1):
        assert checked_prefix(text[:end]) == text[:end]


def test_keys_are_spread_by_the_random_end_of_their_id() -> None:
    thing = UUID("01890000-0000-7000-8000-0000000000c4")
    assert key_for("media", thing, ".mp4") == f"media/c4/{thing}.mp4"
    # Born in the same millisecond, and yet they do not crowd one folder.
    assert len({key_for("media", uuid7(1)).split("/")[1] for _ in range(100)}) > 20


def test_a_suffix_that_is_none_is_refused() -> None:
    with pytest.raises(BadKey):
        key_for("media", uuid7(), "/../x")
