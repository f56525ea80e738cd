"""What is made of recordings by the work process: in order, once, and taken up after a crash."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.growing_files import GrowingFiles
from tests.support.recorded_files import SCREEN
from tests.support.works import Works, a_worker, some_works
from vtp import settings
from vtp.actor import SYSTEM, Role
from vtp.blob.port import Stat
from vtp.clock import SetClock
from vtp.db import Database
from vtp.errors import Forbidden, NotFound
from vtp.jobs.model import State
from vtp.media.pack.ladder import Step
from vtp.media.recorder import journal
from vtp.recordings import store
from vtp.recordings.model import Copy, Encoding
from vtp.recordings.problems import DiskFull, NotYoursToRecord
from vtp.recordings.service import copying, material, mill, replaced, retention, tidying
from vtp.recordings.store import made as made_store


@pytest.fixture
async def works(db: Database, clock: SetClock, tmp_path: Path) -> AsyncIterator[Works]:
    async with some_works(db, clock, tmp_path) as made:
        yield made


async def test_what_has_ended_gets_smaller_sizes_a_poster_a_storyboard_and_a_line_of_sound(
    works: Works, database_settings: settings.Database
) -> None:
    folder = works.folder
    folder.picture(seconds=4.0, size=(640, 480))
    folder.picture(SCREEN, source="screen", codec="vp8", start=1.0, seconds=2.0)
    # Whoever made it playable while it came was killed on the way.
    torn = folder.picture(SCREEN + "+h264", source="screen", start=1.0, seconds=1.2)
    folder.sound(seconds=4.0, loud=lambda at: at < 2.0)
    folder.end(4.0)
    await works.only("h264-360", "h264-240", "h264-1080")
    await works.ready()
    async with a_worker(works, database_settings):
        for kind in ("pictures", "previews", "ladder"):
            assert await works.made(kind) == State.SUCCEEDED
    found = {one.name: one for one in await made_store.files(works.bench.db, id=works.id)}
    # The screen was 180 lines high: nothing smaller was asked for, and nothing larger is made.
    assert sorted(found) == ["poster", "stage-240", "stage-360", "storyboard", "waveform"]
    small = found["stage-240"]
    assert (small.width, small.height, small.of) == (320, 240, "stage")
    assert [round(one[2], 2) for one in small.segments] == [0.0, 2.0]
    assert small.bytes == (folder.path / small.path).stat().st_size
    story = journal.read((folder.path / journal.NAME).read_bytes())
    assert [part.began.track for part in story.parts.values()][-1] == "screen-1+h264"
    assert story.replaced == {torn}
    assert not (folder.path / "made" / "pieces").exists()
    line = json.loads((folder.path / found["waveform"].path).read_bytes())
    assert max(line["lines"][0]["levels"][:3]) > 60
    text = (folder.path / found["storyboard"].path).read_text()
    assert "storyboard/0#xywh=0,0,240,136" in text

    actor, library = works.ines.actor, works.school.recordings
    details = (await library.workshop.details([works.id]))[works.id]
    assert list(details.made) == sorted(found)
    assert {one.kind for one in details.work} == {"pictures", "ladder", "previews"}
    _, path = await library.workshop.file(actor, works.id, "poster")
    assert path.read_bytes().startswith(b"\xff\xd8")
    recording = await library.library.get(actor, works.id)
    text = await library.playing.multivariant(recording, view="stage")
    assert "stage-240.m3u8" in text
    playing = library.playing
    [shown] = (await playing.followed(recording)).presentation().renditions["screen"].spans()
    assert shown == pytest.approx((1.0, 3.0), abs=0.05)
    # Whoever was told of the torn one before plays it to its end.
    assert len(await playing.head(recording, str(torn))) > 100
    [waits] = await works.bench.db.fetch(
        "select payload::text from job where kind = 'recordings.let_go_of_parts'"
    )
    assert json.loads(waits["payload"])["parts"] == [torn]
    await replaced.let_go(works.bench, works.id, [torn])
    with pytest.raises(NotFound):
        await playing.head(recording, str(torn))


async def test_what_is_there_is_copied_into_the_storage_once(works: Works) -> None:
    folder, bench = works.folder, works.bench
    folder.sound(seconds=1.0, loud=lambda _at: True)
    folder.end(1.0)
    draft = folder.path / "made" / "pieces" / "one" / "stage-90.mp4"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"half")
    await works.ready()
    await copying.copy(bench, works.id, silently)
    stored = [entry.key async for entry in bench.blobs.under(f"recordings/{works.id}/")]
    names = sorted(path.name for path in folder.path.iterdir() if path.is_file())
    assert stored == [f"recordings/{works.id}/{name}" for name in names]
    copied = await made_store.copies(bench.db, id=works.id)
    journal_copy = copied[journal.NAME]
    assert journal_copy.bytes == (folder.path / journal.NAME).stat().st_size
    await bench.blobs.delete(stored[0])
    await copying.copy(bench, works.id, silently)
    assert len([entry async for entry in bench.blobs.under(f"recordings/{works.id}/")]) == 1

    assert await copying.wanting(bench) == []
    bench.orders.copies = True
    await bench.write(works.id, "poster", "poster.jpg", b"a picture")
    assert await copying.wanting(bench) == [works.id]
    await copying.copy(bench, works.id, silently)
    assert await copying.wanting(bench) == []


async def test_what_is_closed_is_copied_while_the_rest_still_grows(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, bench = works.folder.path, works.bench
    put, sent = bench.blobs.put, list[str]()

    async def counted(key: str, *content: Any, **told: Any) -> Stat:
        sent.append(key.rpartition("/")[2])
        return await put(key, *content, **told)

    monkeypatch.setattr(bench.blobs, "put", counted)
    assert await copying.growing(bench) == []  # nothing is kept elsewhere
    bench.orders.copies = True
    assert await copying.growing(bench) == []  # nothing is written yet
    growing = GrowingFiles(folder)
    open_yet = growing.begin()
    growing.say(open_yet)
    assert await copying.growing(bench) == []
    first = growing.said()
    assert await copying.growing(bench) == [works.id]
    await copying.copy_closed(bench, works.id)
    await copying.copy_closed(bench, works.id)
    assert sent == [first]
    assert await copying.growing(bench) == []
    growing.say(open_yet)
    growing.die()
    killed = f"{open_yet.number:04d}.mp4"
    growing = GrowingFiles(folder)  # goes on in new files
    assert await copying.growing(bench) == [works.id]
    await copying.copy_closed(bench, works.id)
    assert sent == [first, killed]
    (folder / first).write_bytes(b"another, as after a power cut")
    assert await copying.growing(bench) == [works.id]
    await copying.copy_closed(bench, works.id)
    assert sent == [first, killed, first]
    last = growing.said()
    growing.finish()
    await works.ready()
    assert await copying.growing(bench) == []
    await copying.copy_closed(bench, works.id)  # which waited for its turn
    await copying.copy(bench, works.id, silently)
    assert sorted(sent[3:]) == sorted([last, journal.NAME])


async def test_what_was_made_anew_goes_a_day_later_however_often_that_is_cut_short(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, bench = works.folder, works.bench
    torn, other = (folder.sound(seconds=0.2) for _ in range(2))
    whole = folder.sound(seconds=0.2)
    folder.lines += [journal.Replaced(part=torn), journal.Replaced(part=other)]
    folder.end(0.2)
    await works.ready()
    await copying.copy(bench, works.id, silently)
    parts = replaced.known(folder.path)
    assert parts == (torn, other)
    async with bench.db.transaction() as tx:
        for _ in range(2):  # as a job that is done again
            await bench.orders.let_go(tx, works.id, parts, after=replaced.GRACE)
    [waits] = await bench.db.fetch(
        "select run_after - created_at >= interval '23 hours' as later, payload::text from job"
        " where kind = 'recordings.let_go_of_parts'"
    )
    assert (waits["later"], json.loads(waits["payload"])["parts"]) == (True, [torn, other])

    async def killed(_key: str) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as dying:
        dying.setattr(bench.blobs, "delete", killed)
        with pytest.raises(asyncio.CancelledError):
            await replaced.let_go(bench, works.id, parts)
    assert replaced.known(folder.path) == parts  # the second is there yet
    for _ in range(2):
        await replaced.let_go(bench, works.id, parts)
        assert replaced.known(folder.path) == ()
    kept = sorted(path.name for path in folder.path.iterdir())
    assert kept == [f"{whole:04d}.mp4", journal.NAME]
    assert sorted(await made_store.copies(bench.db, id=works.id)) == kept
    stored = [entry.key async for entry in bench.blobs.under(f"recordings/{works.id}/")]
    assert stored == [f"recordings/{works.id}/{name}" for name in kept]
    library = works.school.recordings.library
    told = await library.parts(works.ines.actor, works.id)
    assert [one.began.part for one in told] == [whole]
    with pytest.raises(NotFound):
        await library.file(works.ines.actor, works.id, torn)
    shutil.rmtree(folder.path)
    await replaced.let_go(bench, works.id, parts)  # thrown away meanwhile


async def test_what_a_recording_takes_is_told_as_it_stands_on_the_disk(
    works: Works, tmp_path: Path, database_settings: settings.Database
) -> None:
    folder, bench = works.folder, works.bench
    folder.picture(seconds=2.0)
    torn = folder.picture(SCREEN + "+h264", source="screen", start=0.0, seconds=0.4)
    folder.picture(SCREEN, source="screen", codec="vp8", start=0.0, seconds=2.0)
    folder.end(2.0)
    await works.only("h264-90")
    await works.ready()

    def on_the_disk() -> int:
        return sum(one.stat().st_size for one in folder.path.rglob("*") if one.is_file())

    async def told() -> int:
        taken = await made_store.taken(bench.db)
        return taken.recorded + taken.made

    async with a_worker(works, database_settings):
        for kind in ("pictures", "previews", "ladder"):
            assert await works.made(kind) == State.SUCCEEDED
    assert await told() == on_the_disk()
    await bench.db.execute("delete from job where kind = 'recordings.let_go_of_parts'")
    # As it was before anybody was asked to let go of them.
    for day in range(tidying.TURNS):
        assert await tidying.tidy(bench, day) == 0  # who plays it yet does so to its end
    os.utime(folder.path / journal.NAME, (1_000.0, 1_000.0))
    assert sum([await tidying.tidy(bench, day) for day in range(tidying.TURNS)]) == 1
    assert not (folder.path / f"{torn:04d}.mp4").exists()
    assert await told() == on_the_disk()
    before = (await made_store.taken(bench.db)).recorded
    shared = (folder.path / "0001.mp4").stat().st_size
    os.link(folder.path / "0001.mp4", tmp_path / "of another recording.mp4")
    await tidying.measure(bench, works.id)
    assert (await made_store.taken(bench.db)).recorded == before - shared + shared // 2
    shutil.rmtree(folder.path)
    await tidying.measure(bench, works.id)
    assert (await made_store.taken(bench.db)).recorded == 0


async def silently(_fraction: float) -> None:
    pass


async def test_pieces_that_are_done_are_taken_up_and_not_made_again(works: Works) -> None:
    folder = works.folder
    folder.picture(seconds=6.0)
    folder.end(6.0)
    read = material.read(folder.path)
    view, bench = read.views["stage"], works.bench
    step = Step(
        name="stage-90", codec="h264", width=160, height=90, quality=30, most_bits=500_000,
        preset="ultrafast",
    )  # fmt: skip
    told: list[float] = []

    async def stop(fraction: float) -> None:
        told.append(fraction)
        if fraction >= 0.3:
            raise asyncio.CancelledError

    paths = read.used(view.stretches)
    with pytest.raises(asyncio.CancelledError):
        await bench.mill.made(folder.path, paths, view.stretches, [step], tell=stop)
    pieces = folder.path / "made" / "pieces"
    done, *_ = [path.parent for path in pieces.glob("*/done.json")]
    before = (done / "stage-90.mp4").stat().st_ino
    (rung,) = await bench.mill.made(folder.path, paths, view.stretches, [step], tell=silently)
    assert (done / "stage-90.mp4").stat().st_ino == before
    assert len(list(pieces.glob("*/done.json"))) == 3
    assert [round(one[2], 2) for one in rung.segments] == [0.0, 2.0, 4.0]
    offset, size, *_ = rung.segments[-1]
    assert offset + size == (folder.path / "made" / "stage-90.mp4").stat().st_size


async def test_nothing_is_made_on_a_disk_that_is_nearly_full(works: Works) -> None:
    full = mill.Mill(works.bench.roomy, works.bench.options, reserve=2**62)
    with pytest.raises(DiskFull):
        await full.made(works.folder.path, {}, (), (), tell=silently)


async def test_only_hosts_have_it_made_again_and_only_once_at_a_time(works: Works) -> None:
    workshop = works.school.recordings.workshop
    noor = await works.school.person("Noor Haddad")
    await works.ready()
    first = await workshop.again(works.ines.actor, works.id, "ladder")
    second = await workshop.again(works.ines.actor, works.id, "ladder")
    assert (first.kind, first.job.id) == ("ladder", second.job.id)
    with pytest.raises((NotYoursToRecord, NotFound)):
        await workshop.again(noor.actor, works.id, "ladder")
    with pytest.raises(NotFound):
        await workshop.file(works.ines.actor, works.id, "poster")
    assert (await works.school.recordings.library.get(SYSTEM, works.id)).downloads is False


async def test_admins_have_their_own_table_of_encodings(db: Database) -> None:
    rows = await made_store.encodings(db, enabled=True)
    assert [one.height for one in rows] == [2160, 1440, 1080, 720, 480, 360]
    mine = Encoding(
        name="h265-540", codec="h265", height=540, quality=25, most_bits=900_000, preset="fast",
        enabled=True,
    )  # fmt: skip
    async with db.transaction() as tx:
        await made_store.set_encoding(tx, mine)
    assert mine in await made_store.encodings(db, enabled=True)
    async with db.transaction() as tx:
        assert await made_store.remove_encoding(tx, name="h265-540")
        assert not await made_store.remove_encoding(tx, name="h265-540")


async def test_what_nobody_asked_anything_of_is_found(works: Works) -> None:
    db = works.bench.db
    assert await made_store.untouched(db, limit=9) == []
    async with db.transaction() as tx:
        await store.finish(tx, id=works.id, state="ready", reason="", at=works.bench.clock.now())
    assert await made_store.untouched(db, limit=9) == [works.id]


async def test_old_recordings_go_into_the_bin_and_from_there_for_ever(works: Works) -> None:
    bench = works.bench
    strict = replace(bench, options=settings.Processing(keep_days=10, bin_days=5))
    clock = works.school.clock
    await works.ready()
    works.folder.end(1.0)
    assert (await retention.expire(bench), await retention.expire(strict)) == (0, 0)
    clock.advance(11 * 86_400)
    assert await retention.expire(strict) == 1
    assert await retention.empty_bin(strict) == 0
    await bench.blobs.put(retention.copy_key(works.id, "0001.mp4"), b"x")
    async with bench.db.transaction() as tx:
        copy = Copy("0001.mp4", 1, "00")
        await made_store.copied(tx, id=works.id, copy=copy, at=clock.now())
    clock.advance(6 * 86_400)
    assert await retention.empty_bin(strict) == 1
    assert not works.folder.path.exists()
    assert await store.by_id(bench.db, id=works.id) is None
    assert [one async for one in bench.blobs.under("recordings/")] == []


async def test_captions_are_kept_as_plain_webvtt(works: Works) -> None:
    workshop, host = works.school.recordings.workshop, works.ines.actor
    await works.ready()
    sent = b"1\n00:00:01,000 --> 00:00:02,000\n<b>Good morning</b>\n"
    made = await workshop.set_captions(host, works.id, language="pt-BR", label="", data=sent)
    assert (made.name, made.label) == ("captions-pt-br", "pt-BR")
    _, path = await workshop.file(host, works.id, "captions-pt-br")
    assert path.read_text() == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nGood morning\n"
    assert [one.language for one in await workshop.captions(host, works.id)] == ["pt-BR"]
    await workshop.forget_captions(host, works.id, "pt-BR")
    with pytest.raises(NotFound):
        await workshop.forget_captions(host, works.id, "pt-BR")


async def test_admins_see_what_recordings_take(works: Works) -> None:
    upkeep = works.school.recordings.upkeep
    with pytest.raises(Forbidden):
        await upkeep.storage(works.ines.actor)
    admin = await works.school.person("Ada Lind", Role.ADMIN)
    async with works.bench.db.transaction() as tx:
        await store.set_size(tx, id=works.id, seconds=1.0, bytes=100)
    await works.bench.write(works.id, "poster", "poster.jpg", b"12345")
    found = await upkeep.storage(admin.actor)
    assert (found.taken.recordings, found.taken.recorded, found.taken.made) == (1, 100, 5)
    assert (found.taken.binned, found.taken.copied) == (0, 0)
    assert found.free > 0
    small = (await upkeep.encodings(admin.actor))[-1]
    await upkeep.set_encoding(admin.actor, replace(small, enabled=True))
    await upkeep.remove_encoding(admin.actor, small.name)
    with pytest.raises(NotFound):
        await upkeep.remove_encoding(admin.actor, small.name)
