"""What people take home: made by the work process, for whom it is allowed, and in step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import av
import pytest

from tests.support import lesson
from tests.support.film import Film
from tests.support.pictures import a_png
from tests.support.works import Works, a_worker, some_works
from vtp import settings
from vtp.clock import SetClock
from vtp.db import Database
from vtp.errors import NotFound
from vtp.jobs.model import State
from vtp.media.pack.ladder import NothingToSee
from vtp.recordings import store
from vtp.recordings.kinds import DownloadKind
from vtp.recordings.problems import NotForHome, NotYetForHome, StillRecording
from vtp.recordings.service import films, previewing
from vtp.recordings.service.material import read
from vtp.recordings.service.mill import forget_pieces
from vtp.recordings.store import made as made_store


@pytest.fixture
async def works(db: Database, clock: SetClock, tmp_path: Path) -> AsyncIterator[Works]:
    async with some_works(db, clock, tmp_path) as made:
        yield made


async def has_ended(works: Works) -> None:
    """And its pictures were made ready, as far as anybody knows."""
    async with works.bench.db.transaction() as tx:
        at = works.bench.clock.now()
        await store.finish(tx, id=works.id, state="ready", reason="", at=at)


async def test_a_film_has_picture_and_sound_in_step_and_so_has_the_camera_alone(
    works: Works, database_settings: settings.Database
) -> None:
    film = Film(works.folder.path)
    film.camera("camera-1", 0.3, 3).voice("mix-opus", 0.3, 3, source="mix").develop()
    film.close()
    await has_ended(works)
    host, downloads = works.ines.actor, works.school.recordings.downloads
    asked = await downloads.listed(host, works.id)
    assert [(one.kind, one.made) for one in asked] == [
        ("movie", None), ("stage", None), ("sound", None),
    ]  # fmt: skip
    wanted: tuple[DownloadKind, ...] = ("movie", "stage")
    for kind in wanted:
        await downloads.ask(host, works.id, kind)
    async with a_worker(works, database_settings):
        for kind in wanted:
            assert await works.made(kind) == State.SUCCEEDED
    there = {one.kind: one.made for one in await downloads.listed(host, works.id)}
    assert all(there.values())  # the sound lies in the others, so it was made too
    for kind in wanted:
        recording, made, path = await downloads.file(host, works.id, kind)
        with av.open(str(path)) as container:
            assert [one.type for one in container.streams] == ["video", "audio"]
            assert (container.duration or 0) / 1e6 == pytest.approx(3.3, abs=0.2)
            assert container.metadata["title"] == recording.title
        flashes, beeps = lesson.flashes(path), lesson.beeps(path)
        assert len(flashes) == len(beeps) == 3
        assert max(abs(a - b) for a, b in zip(flashes, beeps, strict=True)) <= 0.04
        assert made.bytes == path.stat().st_size
    files = list((works.folder.path / "made").iterdir())
    assert {path.name for path in files} == {"movie.mp4", "movie-stage.mp4", "sound.m4a"}
    for path in files:
        # A browser begins to play before it has all of it.
        first, *more = boxes(path)
        assert (first, more.index("moov") < more.index("mdat")) == ("ftyp", True)


def boxes(path: Path) -> list[str]:
    found, data, at = [], path.read_bytes(), 0
    while at < len(data):
        found.append(data[at + 4 : at + 8].decode())
        at += int.from_bytes(data[at : at + 4], "big")
    return found


async def test_whoever_is_seen_is_named_and_what_has_no_sound_is_silent(works: Works) -> None:
    folder, db = works.folder, works.bench.db
    folder.picture(seconds=1.0)
    folder.end(1.0)
    await has_ended(works)
    known = read(folder.path)
    person = {"id": known.people["1"], "name": "Ines Carvalho"}
    async with db.transaction() as tx:
        await tx.execute(
            """
            insert into participant (id, meeting_id, user_id, name, role, joined_at)
            select $2, meeting_id, started_by, $3, 'host', started_at from recording where id = $1
            """,
            works.id,
            UUID(person["id"]),
            person["name"],
        )
    await films.make(works.bench, works.id, "movie", known, silently)
    with av.open(str(folder.path / "made" / "movie.mp4")) as container:
        assert [one.type for one in container.streams] == ["video"]
        frame = next(container.decode(video=0))
    plane = frame.planes[0]
    # The name stands on a dark ground at the foot of the picture, in light letters.
    line = bytes(plane)[plane.line_size * (720 - 12 - 15) :][: plane.line_size]
    assert max(line[14:24]) < 60
    assert max(line[27:140]) > 150


@pytest.mark.slow
async def test_a_film_that_was_stopped_goes_on_with_its_pieces_and_leaves_none(
    works: Works,
) -> None:
    folder = works.folder
    for start in (0.0, 3.0):  # two sizes, so it has to be encoded
        folder.picture(start=start, seconds=3.0, size=(320, 180) if start else (160, 90))
    folder.end(6.0)
    await has_ended(works)
    known, made = read(folder.path), folder.path / "made"

    async def stop(fraction: float) -> None:
        if fraction >= 0.6:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await films.make(works.bench, works.id, "stage", known, stop)
    forget_pieces(folder.path)  # as whoever made smaller sizes meanwhile
    before = {path.stat().st_ino for path in made.rglob("done.json")}
    assert before
    told: list[float] = []

    async def tell(fraction: float) -> None:
        told.append(fraction)

    await films.make(works.bench, works.id, "stage", known, tell)
    assert told == sorted(told)
    assert told[-1] <= 1.0
    assert [path.name for path in made.iterdir()] == ["movie-stage.mp4"]
    with av.open(str(made / "movie-stage.mp4")) as container:
        assert len(list(container.decode(video=0))) == 60


async def test_others_take_home_what_a_host_allows(works: Works) -> None:
    downloads, school = works.school.recordings.downloads, works.school
    noor = await school.person("Noor Haddad")
    recording = await school.recordings.library.get(works.ines.actor, works.id)
    await school.rooms.catalogue.put_member(
        works.ines.actor, recording.room_id, email=noor.person.user.email, role="member"
    )
    assert await downloads.listed(works.ines.actor, works.id) == []  # it goes on
    with pytest.raises(StillRecording):
        await downloads.ask(works.ines.actor, works.id, "sound")
    works.folder.sound(seconds=1.0)
    works.folder.end(1.0)
    await has_ended(works)
    with pytest.raises(NotForHome):
        await downloads.listed(noor.actor, works.id)
    with pytest.raises(NotForHome):
        await downloads.ask(noor.actor, works.id, "sound")
    await school.recordings.library.change(
        works.ines.actor, works.id, title=None, visibility=None, downloads=True
    )
    (sound,) = await downloads.listed(noor.actor, works.id)
    assert (sound.kind, sound.made, sound.job) == ("sound", None, None)
    with pytest.raises(NotFound):
        await downloads.ask(noor.actor, works.id, "movie")  # nobody had a camera
    with pytest.raises(NotFound):
        await downloads.file(noor.actor, works.id, "sound")
    async with works.bench.db.transaction() as tx:
        await works.bench.orders.put(tx, works.id, "pictures")
    with pytest.raises(NotYetForHome):
        await downloads.ask(noor.actor, works.id, "sound")


async def test_a_host_chooses_the_picture_of_a_recording(works: Works) -> None:
    posters, workshop = works.school.recordings.posters, works.school.recordings.workshop
    host, db, known = works.ines.actor, works.bench.db, works.id
    with pytest.raises(StillRecording):
        await posters.moment(host, known, 1.0)
    await has_ended(works)
    with pytest.raises(NothingToSee):
        await posters.moment(host, known, 1.0)
    works.folder.picture(seconds=2.0)
    works.folder.end(4.0)
    await posters.moment(host, known, 1.0)
    _, path = await workshop.file(host, known, "poster")
    assert path.read_bytes().startswith(b"\xff\xd8")
    with pytest.raises(NothingToSee):
        await posters.moment(host, known, 3.5)

    async def sent() -> AsyncIterator[bytes]:
        yield a_png(64)

    await posters.picture(host, known, sent())
    made, path = await workshop.file(host, known, "poster")
    assert path.read_bytes()[8:12] == b"WEBP"
    await previewing.see(works.bench, known, read(works.folder.path), silently)
    assert await made_store.file(db, id=known, name="poster") == made  # it stays
    await posters.by_itself(host, known)
    await posters.by_itself(host, known)  # and nothing more
    assert await made_store.file(db, id=known, name="poster") is None
    (work,) = (await works.bench.orders.of([known]))[known]
    assert work.kind == "previews"


async def silently(_fraction: float) -> None:
    pass
