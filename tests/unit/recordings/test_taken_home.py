"""How what people take home is put together, and what it is called."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from vtp import resources
from vtp.media.pack.composite import Box, Label, beside, label_at, most_width, size_for
from vtp.media.pack.lettering import Lettering
from vtp.media.pack.stretch import Stretch, chunks, runs, within
from vtp.recordings.downloads_api import file_name
from vtp.recordings.service.films import in_one_piece, starts


def a_stretch(start: float, until: float, *, file: str = "1", key: bool = True) -> Stretch:
    return Stretch(file=file, start=start, until=until, key=key)


def test_what_one_file_shows_without_a_hole_is_copied() -> None:
    whole = (a_stretch(0, 2), a_stretch(2, 4), a_stretch(4.5, 6))
    black = (a_stretch(6, 60, file=""),)
    assert in_one_piece(black + whole + black) == whole
    assert in_one_piece((*whole, a_stretch(9, 10))) == ()
    assert in_one_piece((*whole, a_stretch(6, 8, file="2"))) == ()
    assert in_one_piece(black) == ()


def test_a_piece_is_decoded_from_the_key_frame_before_it() -> None:
    each = [a_stretch(n, n + 1, key=n % 3 == 0) for n in range(9)]
    assert [one.start for one in within(each, 4.0, 6.0)] == [3, 4, 5]
    assert [one.start for one in within(each, 6.0, 7.0)] == [6]
    assert within([], 0.0, 1.0) == ()


def test_what_lies_behind_each_other_in_a_file_is_read_in_one_go() -> None:
    each = [
        Stretch(file="1", header=5, first=n * 10, end=n * 10 + 10, start=n, until=n + 1)
        for n in (0, 1, 3)
    ]
    found = runs([*each, a_stretch(4, 5, file="")])
    assert [(one.file, one.first, one.end, one.cuts) for one in found] == [
        ("1", 0, 20, (0, 1)),
        ("1", 30, 40, (3,)),
        ("", 0, 0, (4,)),
    ]
    assert [len(one) for one in chunks(each, seconds=2.0)] == [2, 1]
    assert each[0].seconds == 1


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.2, [0]), (9, [0]), (10.5, [0]), (11.5, [0, 10]), (30, [0, 10, 20])]
)
def test_a_film_is_made_in_pieces_without_a_short_rest(
    seconds: float, expected: list[float]
) -> None:
    assert starts(seconds, 10.0) == expected


@pytest.mark.parametrize("screen", [0, 720, 1080])
def test_screen_and_camera_stand_side_by_side_in_even_places(screen: int) -> None:
    width, height = size_for(screen)
    boxes = beside(width, height)
    for one in boxes:
        assert all(side % 2 == 0 for side in (one.x, one.y, one.width, one.height))
        assert one.x + one.width <= width
        assert one.y + one.height <= height
    for left, right in pairwise(boxes):
        assert left.x + left.width < right.x


def test_names_are_written_with_the_fonts_that_have_their_letters() -> None:
    fonts = sorted((resources.assets() / "fonts").glob("*.woff2"))
    lettering = Lettering([Path("/nowhere.ttf"), *fonts], height=30)
    room = most_width(1280, 720)
    label = lettering.label("Zoë Łukasiewicz\n", most_width=room)
    assert label is not None
    assert label.height == 30
    assert len(label.luma) == label.width * label.height
    assert max(label.luma) > 200
    long = lettering.label("A name that goes on and on and on and on and on", most_width=room)
    assert long is not None
    assert long.width <= room
    assert label_at(beside(1280, 720)[1], long) is not None
    assert label_at(Box(x=0, y=0, width=60, height=40), long) is None
    assert lettering.label("李小龙", most_width=room) is None
    assert lettering.label(" \n", most_width=room) is None
    assert Lettering([], height=30).label("Ines", most_width=room) is None


def test_a_label_at_the_foot_of_a_picture() -> None:
    label = Label(width=100, height=30, luma=b"")
    assert label_at(Box(x=968, y=90, width=312, height=176), label) == (980, 224)


def test_a_file_has_a_name_that_every_disk_takes() -> None:
    assert file_name('Algebra: "x/y"', "2026-03-12", "movie") == "Algebra x y 2026-03-12.mp4"
    assert file_name("Optik", "2026-03-12", "sound") == "Optik 2026-03-12.m4a"
    assert file_name("Optik", "2026-03-12", "screen") == "Optik 2026-03-12 (screen).mp4"
