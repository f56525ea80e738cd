"""What is still to be made of a recording, as its journal tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from vtp.media.recorder import journal
from vtp.recordings.service import material

_SCALE = 90_000


class Notes:
    """A journal with parts of one screen."""

    def __init__(self) -> None:
        self.lines: list[journal.AnyLine] = [journal.Began(recording="r", wall=0)]
        self._parts = 0

    def part(self, codec: str, *spans: tuple[float, float]) -> int:
        self._parts += 1
        vp8 = codec == "vp8"
        self.lines.append(
            journal.PartBegan(
                part=self._parts,
                file=f"{self._parts:04d}.{'webm' if vp8 else 'mp4'}",
                track="s" if vp8 else "s+h264",
                participant="p",
                source="screen",
                mime="video/vp8" if vp8 else "video/h264",
                codec=codec,
                timescale=_SCALE,
            )
        )
        for number, (start, until) in enumerate(spans):
            self.lines.append(
                journal.Grown(
                    part=self._parts,
                    offset=700 + number * 10,
                    size=10,
                    time=round(start * _SCALE),
                    duration=round((until - start) * _SCALE),
                    samples=9,
                    key=True,
                )
            )
        return self._parts

    def read(self, folder: Path) -> list[tuple[int, tuple[int, ...]]]:
        written = b"".join(map(journal.written, self.lines))
        (folder / journal.NAME).write_bytes(written)
        return [(one.part.began.part, one.replaces) for one in material.read(folder).unplayable]


@pytest.mark.parametrize(
    "made",
    [
        [(0.0, 5.0)],
        [(0.0, 9.0)],
        [(0.0, 4.0), (5.0, 10.0)],
        [(2.0, 10.0)],
    ],
)
def test_what_was_made_with_holes_is_made_again_and_replaced(
    tmp_path: Path, made: list[tuple[float, float]]
) -> None:
    notes = Notes()
    screen = notes.part("vp8", (0.0, 5.0), (5.0, 10.0))
    torn = notes.part("avc1.42e01f", *made)
    assert notes.read(tmp_path) == [(screen, (torn,))]
    notes.lines.append(journal.Replaced(part=torn))
    assert notes.read(tmp_path) == [(screen, ())]
    notes.part("avc1.42e01f", (0.0, 10.0))
    assert notes.read(tmp_path) == []


def test_two_that_follow_each_other_are_as_good_as_one(tmp_path: Path) -> None:
    notes = Notes()
    notes.part("vp8", (0.0, 10.0))
    notes.part("avc1.42e01f", (0.0, 5.0))
    notes.part("avc1.42e01f", (5.1, 9.9))
    assert notes.read(tmp_path) == []


def test_what_was_made_of_one_part_is_not_taken_for_another(tmp_path: Path) -> None:
    """A recorder that was killed is given again what came since the last key frame."""
    notes = Notes()
    notes.part("vp8", (0.0, 10.0))
    notes.part("avc1.42e01f", (0.0, 10.0))
    again = notes.part("vp8", (8.0, 20.0))
    assert notes.read(tmp_path) == [(again, ())]
    torn = notes.part("avc1.42e01f", (8.0, 12.0))
    assert notes.read(tmp_path) == [(again, (torn,))]


def test_a_line_that_tells_of_another_age_makes_no_longer_recording(tmp_path: Path) -> None:
    notes = Notes()
    notes.part("avc1.42e01f", (0.0, 10.0))
    notes.lines.append(journal.Ended(at=1e15))
    notes.read(tmp_path)
    assert material.read(tmp_path).seconds == pytest.approx(10.0)
