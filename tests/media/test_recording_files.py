"""From packets to files: what comes late, twice or never, and what a player makes of the files."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import time
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import av
import msgspec
import pytest

from tests.support import lesson
from tests.support.lesson import Payload
from vtp.media.capture import wire
from vtp.media.capture.wire import Open, Pause
from vtp.media.recorder import journal, mended
from vtp.media.recorder.mixline import End
from vtp.media.recorder.mixspec import MixSpec
from vtp.media.recorder.pieces import Piece
from vtp.media.recorder.position import Positions
from vtp.media.recorder.recording import Left, Recording
from vtp.media.recorder.shelf import Files, Log
from vtp.media.recorder.timeline import Offset
from vtp.media.recorder.tracks import Track

BEGAN = 500.0
MIMES = {
    "libx264": "video/h264",
    "libvpx": "video/vp8",
    "libvpx-vp9": "video/vp9",
    "libsvtav1": "video/av1",
}
# Of the sender: its clocks begin anywhere, and wrap.
NTP, RTP = 3_900_000_000.0, (1 << 32) - 45_000


class Desk:
    """One recording, without its thread."""

    def __init__(self, folder: Path, *pauses: Pause) -> None:
        self.folder = folder
        self.log = Log(folder / "journal.jsonl")
        self.files = Files(folder, self.log)
        self.positions = Positions(BEGAN, pauses)
        self.wall = Offset()

    def track(self, mime: str, *, live: bool = True) -> Track:
        rate = 48_000 if mime == "audio/opus" else 90_000
        opened = Open(
            leg=1,
            recording="r",
            track=mime,
            participant="p",
            source="camera",
            mime=mime,
            clock_rate=rate,
            live=live,
        )
        made = Track(opened, self.positions, self.files, self.wall)
        made.clocks(int(NTP * 2**32), RTP)
        return made

    def story(self) -> journal.Story:
        self.files.close()
        return journal.read((self.folder / "journal.jsonl").read_bytes())

    def paths(self) -> list[Path]:
        return [self.folder / part.began.file for part in self.story().parts.values()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.log.close()


def pieces(payloads: Iterable[Payload], rate: int, *, delay: float = 0.05) -> list[Piece]:
    return [
        Piece(
            70_000 + number,
            (RTP + round(one.at * rate)) % 2**32,
            BEGAN + one.at + delay,
            one.marker,
            one.key,
            one.data,
        )
        for number, one in enumerate(payloads)
    ]


def run(track: Track, pieces: Iterable[Piece], *, until: float) -> None:
    for piece in sorted(pieces, key=lambda one: one.arrival):
        track.take([piece], piece.arrival)
    track.close(BEGAN + until)


def decoded(path: Path) -> int:
    with av.open(str(path)) as file:
        for stream in file.streams:
            stream.codec_context.options = {"err_detect": "explode"}
        return sum(1 for _ in file.decode(file.streams[0]))


def test_sound_and_picture_of_a_lesson_are_in_step(desk: Desk) -> None:
    camera, voice = desk.track("video/h264"), desk.track("audio/opus")
    run(camera, pieces(lesson.pictures(4), 90_000, delay=0.08), until=4)
    run(voice, pieces(lesson.sounds(4), 48_000, delay=0.05), until=4)
    picture, sound = desk.paths()
    assert decoded(picture) == 120
    assert lesson.flashes(picture) == pytest.approx([0.05, 1.05, 2.05, 3.05], abs=0.04)
    apart = [
        flash - beep
        for flash, beep in zip(lesson.flashes(picture), lesson.beeps(sound), strict=True)
    ]
    assert max(map(abs, apart)) < 0.04


def test_what_is_said_again_is_placed_by_its_quickest_packet(desk: Desk) -> None:
    camera = desk.track("video/h264")
    sent = pieces(lesson.pictures(2), 90_000)
    first = [one._replace(arrival=one.arrival + 0.2) for one in sent if one.ts == sent[0].ts]
    camera.take([*first, *sent[len(first) :]], BEGAN + 2)
    camera.close(BEGAN + 2)
    (picture,) = desk.paths()
    assert lesson.flashes(picture) == pytest.approx([0.05, 1.05], abs=0.01)


@pytest.mark.parametrize("codec", sorted(MIMES))
@pytest.mark.parametrize("share", [0.001, 0.01, 0.05])
def test_whatever_is_lost_what_is_kept_decodes_without_an_error(
    desk: Desk, share: float, codec: str
) -> None:
    chance = random.Random(7)
    track = desk.track(MIMES[codec])
    sent = pieces(lesson.pictures(6, key_every=1.0, codec=codec), 90_000)
    run(track, [one for one in sent if chance.random() > share], until=6)
    for path in desk.paths():
        assert decoded(path) > 0


def test_what_comes_late_and_twice_is_kept_once_and_in_its_order(desk: Desk) -> None:
    chance = random.Random(11)
    sent = pieces(lesson.pictures(3), 90_000)
    late = [
        Piece(p.ext, p.ts, p.arrival + chance.random() * 0.3, p.marker, p.key, p.payload)
        for p in sent
    ]
    run(desk.track("video/h264"), late + sent[::3], until=3)
    [path] = desk.paths()
    assert decoded(path) == 90


def test_a_hole_in_the_sound_is_filled_with_silence(desk: Desk) -> None:
    track = desk.track("audio/opus")
    sent = [one for one in pieces(lesson.sounds(6), 48_000) if not 1.5 < one.arrival - BEGAN < 3.7]
    run(track, sent, until=6)
    [path] = desk.paths()
    assert lesson.beeps(path) == pytest.approx([0.05, 1.05, 4.05, 5.05], abs=0.04)
    with av.open(str(path)) as file:
        samples = sum(frame.samples for frame in file.decode(audio=0))
    assert samples == pytest.approx(6 * 48_000, abs=4_800)


def test_a_pause_leaves_nothing_and_takes_no_time(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Pause(BEGAN + 1.5, BEGAN + 3.5))
    run(desk.track("video/h264"), pieces(lesson.pictures(6, key_every=1.0), 90_000), until=6)
    run(desk.track("audio/opus"), pieces(lesson.sounds(6), 48_000), until=6)
    picture, sound = desk.paths()
    assert lesson.flashes(picture) == pytest.approx([0.05, 1.05, 2.05, 3.05], abs=0.04)
    assert lesson.beeps(sound) == pytest.approx([0.05, 1.05, 2.05, 3.05], abs=0.04)
    assert desk.story().seconds == pytest.approx(4.0, abs=0.1)


def test_another_size_begins_another_file(desk: Desk) -> None:
    small = pieces(lesson.pictures(2, width=160), 90_000)
    large = [
        Piece(
            p.ext + len(small), (p.ts + 180_000) % 2**32, p.arrival + 2, p.marker, p.key, p.payload
        )
        for p in pieces(lesson.pictures(2), 90_000)
    ]
    run(desk.track("video/h264"), small + large, until=4)
    parts = list(desk.story().parts.values())
    assert [(one.began.width, one.began.height) for one in parts] == [(160, 90), (320, 180)]
    assert [decoded(desk.folder / one.began.file) for one in parts] == [60, 60]
    assert parts[1].start == pytest.approx(parts[0].end, abs=0.05)


def test_fragments_of_what_is_followed_live_are_short_and_begin_at_key_frames(desk: Desk) -> None:
    run(desk.track("video/h264"), pieces(lesson.pictures(5), 90_000), until=5)
    run(desk.track("audio/opus", live=False), pieces(lesson.sounds(5), 48_000), until=5)
    picture, sound = desk.story().parts.values()
    assert max(one.duration for one in picture.fragments) <= 0.25 * 90_000
    assert [one.time for one in picture.fragments if one.key] == pytest.approx(
        [4_500, 184_500, 364_500], abs=1_000
    )
    assert len(sound.fragments) <= 6
    for part in (picture, sound):
        times = [(one.time, one.time + one.duration) for one in part.fragments]
        assert all(end == start for (_, end), (start, _) in pairwise(times))
        assert sum(one.size for one in part.fragments) + part.header == part.size


def test_a_file_that_was_cut_off_anywhere_plays_as_far_as_the_journal_tells(desk: Desk) -> None:
    run(desk.track("video/h264"), pieces(lesson.pictures(4), 90_000), until=4)
    [part] = desk.story().parts.values()
    whole = (desk.folder / part.began.file).read_bytes()
    for kept in (5, 10, 15):
        fragment = part.fragments[kept]
        torn = desk.folder / f"torn-{kept}.mp4"
        torn.write_bytes(whole[: fragment.offset + fragment.size // 2])
        told = sum(one.samples for one in part.fragments[:kept])
        frames = 0
        with av.open(str(torn)) as file, contextlib.suppress(av.error.InvalidDataError):
            for _ in file.decode(video=0):
                frames += 1
        assert frames >= told


def test_a_file_of_which_the_journal_does_not_tell_yet_is_in_nobodys_way(desk: Desk) -> None:
    """Whoever made it was killed before the line was written."""
    run(desk.track("video/h264"), pieces(lesson.pictures(2), 90_000), until=2)
    before = desk.paths()
    orphan = desk.folder / "0002.mp4"
    orphan.write_bytes(b"no line tells of it")
    again = Desk(desk.folder)
    run(again.track("video/h264"), pieces(lesson.pictures(2), 90_000), until=2)
    assert again.paths() == [*before, desk.folder / "0003.mp4"]
    assert orphan.read_bytes() == b"no line tells of it"
    assert [decoded(path) for path in again.paths()] == [60, 60]
    again.log.close()


@pytest.mark.parametrize("left", [0, 3, 6.5])
def test_after_a_power_cut_the_journal_tells_only_of_what_is_there(desk: Desk, left: float) -> None:
    """`left` fragments reached the disk, and all lines."""
    run(desk.track("video/h264"), pieces(lesson.pictures(3), 90_000), until=3)
    [path] = desk.paths()
    [part] = desk.story().parts.values()
    whole = [0, *(one.offset for one in part.fragments)]
    cut = part.fragments[int(left)].offset + int(part.fragments[int(left)].size * (left % 1))
    os.truncate(path, cut if left else 0)
    again = Desk(desk.folder)
    [known] = again.log.story.parts.values()
    assert len(known.fragments) == int(left)
    assert mended.told(known) <= path.stat().st_size
    assert again.files.size in whole
    run(again.track("audio/opus"), pieces(lesson.sounds(2), 48_000), until=2)
    assert again.story().parts[2].fragments
    assert journal.read((again.folder / journal.NAME).read_bytes()).parts[1].size is None
    again.log.close()


class Nobody:
    """There is no sandbox."""

    def mixer(self, _: MixSpec, line: socket.socket) -> End:
        return line.close

    def converter(self, line: socket.socket) -> End:
        return line.close


def test_while_web_was_away_there_is_a_gap_and_the_end_is_where_it_was_told(
    tmp_path: Path,
) -> None:
    told: list[wire.FromRecorder] = []
    began = time.monotonic() - 60
    begin = wire.Begin(recording="r" * 36, began=began, began_wall=0.0)
    recording = Recording(begin, tmp_path, told.append, room=lambda: 1, children=Nobody())
    recording.start()
    recording.put(wire.OnStage(recording="r" * 36, at=began + 5, track="t"))
    recording.put(wire.Packets(1, []))
    recording.put(Left())
    recording.put(msgspec.structs.replace(begin, away=True))
    recording.put(wire.OnStage(recording="r" * 36, at=began + 5, track="t"))
    recording.put(wire.Finish(recording="r" * 36, at=began + 70))
    assert recording.finished.wait(20)
    story = journal.read((tmp_path / journal.NAME).read_bytes())
    (gap,) = story.gaps
    assert 60 <= gap.at < gap.until < 90
    assert [(round(one.at), one.track) for one in story.staged] == [(5, "t")]
    assert story.ended == pytest.approx(70)
