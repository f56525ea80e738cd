"""The films behind the recordings of a demo: a turn that comes again and again, and decodes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import pytest

from vtp.demo import board
from vtp.demo.films import Taken, film, put
from vtp.media.manifests.table import of_ended
from vtp.media.recorder import journal
from vtp.media.recorder.boxes import Boxes

SECONDS = 3 * board.SECONDS - 1


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("recordings")
    made = film(root / "film", board.Board(board.parabola), seconds=SECONDS)
    for name, gap in (("whole", None), ("broken", (8, 12))):
        put(
            root,
            made,
            Taken(recording=name, wall=1_773_338_400.0, seconds=SECONDS, gap=gap, participant="p"),
        )
    return root


def lines(folder: Path) -> list[journal.AnyLine]:
    told = map(journal.line, (folder / journal.NAME).read_bytes().splitlines())
    return [one for one in told if one is not None]


def test_pictures_follow_each_other_over_all_turns(root: Path) -> None:
    with av.open(str(root / "whole" / "0001.mp4")) as opened:
        times = [frame.pts or 0 for frame in opened.decode(video=0)]
    assert {later - earlier for earlier, later in pairwise(times)} == {board.TICKS}
    assert len(times) == 3 * board.PICTURES


def test_sound_lasts_as_long_as_the_pictures(root: Path) -> None:
    for name in ("0002.mp4", "0003.mp4"):
        with av.open(str(root / "whole" / name)) as opened:
            length = sum(frame.samples for frame in opened.decode(audio=0)) / 48_000
        assert length == pytest.approx(3 * board.SECONDS, abs=0.05)


def test_its_journal_tells_where_each_fragment_lies(root: Path) -> None:
    story = journal.read((root / "whole" / journal.NAME).read_bytes())
    for part in story.parts.values():
        file = root / "whole" / part.began.file
        lying = Boxes().feed(file.read_bytes())
        told = [(one.offset, one.size, one.time, one.duration) for one in part.fragments]
        assert told == [
            (one.offset, one.size, one.time, one.duration) for one in lying[: len(told)]
        ]
        assert SECONDS - 5.2 < part.end <= SECONDS
    assert story.ended == SECONDS


def test_players_find_camera_and_sound_and_black_where_the_server_was_away(root: Path) -> None:
    whole = of_ended(lines(root / "whole")).renditions()
    assert whole.keys() == {"stage", "opus", "aac"}
    assert not any(source.filler for source in whole["opus"].sources.values())
    broken = of_ended(lines(root / "broken")).renditions()
    assert any(source.filler for source in broken["stage"].sources.values())
    assert broken["stage"].until == pytest.approx(whole["stage"].until)


def test_a_recording_has_links_and_no_copies(root: Path) -> None:
    one, other = (root / name / "0001.mp4" for name in ("whole", "broken"))
    assert one.samefile(other)
    assert (root / "whole" / "made" / "poster.jpg").read_bytes()[:2] == b"\xff\xd8"
