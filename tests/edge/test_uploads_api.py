"""Uploads over HTTP: tus 1.0.0 as its protocol says it, and forms."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.application import Application, an_application, some_settings
from tests.support.media_files import video
from tests.support.pictures import a_png
from tests.support.tus import ON, TUS, Tus, told
from vtp import settings
from vtp.actor import Role
from vtp.app.library import darkroom
from vtp.ids import MediaId
from vtp.library.port import ProcessMedia
from vtp.library.service import uploads

PDF = b"%PDF-1.7\n" + b"x" * 5000


@pytest.fixture
async def school(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    limits = settings.Library(most_bytes=3_000_000, most_per_person=5_000_000, open_uploads=5)
    async with an_application(
        some_settings(database_settings, tmp_path, library=limits)
    ) as application:
        yield application


@pytest.fixture
async def ines(school: Application) -> Tus:
    return Tus(school, await school.person(Role.INSTRUCTOR, name="Ines Carvalho"))


async def _processed(school: Application, media: dict[str, Any]) -> None:
    work = ProcessMedia(MediaId(media["id"]), media["sha256"])
    await darkroom(school.parts).processing.process(work)


async def test_a_file_sent_in_pieces_is_the_same_file(school: Application, ines: Tus) -> None:
    path = await ines.begin(len(PDF), "Practice sheet 4.pdf")
    uploading = await ines.ask("GET", path.replace("uploads", "media"))
    assert (uploading.body["state"], uploading.body["kind"]) == ("uploading", "document")
    first = await ines.send(path, 0, PDF[:1000])
    assert (first.status, first.headers["Upload-Offset"]) == (204, "1000")
    assert "Upload-Expires" in first.headers
    assert await ines.offset(path) == 1000
    last = await ines.send(path, 1000, PDF[1000:])
    assert (last.status, last.headers["Tus-Resumable"]) == (204, "1.0.0")
    media = (await ines.ask("GET", path.replace("uploads", "media"))).body
    assert media["title"] == "Practice sheet 4"
    assert media["content_type"] == "application/pdf"
    assert media["sha256"] == hashlib.sha256(PDF).hexdigest()
    file = await ines.ask("GET", media["file"])
    assert file.body == PDF
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    part = await ines.ask("GET", media["file"], headers={"Range": "bytes=1000-1009"})
    assert (part.status, part.body) == (206, PDF[1000:1010])
    assert part.headers["Content-Range"] == f"bytes 1000-1009/{len(PDF)}"
    behind = await ines.ask("GET", media["file"], headers={"Range": "bytes=9999-"})
    assert (behind.status, behind.headers["Content-Range"]) == (416, f"bytes */{len(PDF)}")
    assert not list((school.parts.settings.data_dir / "uploads").iterdir())


async def test_it_says_what_it_speaks(ines: Tus) -> None:
    said = (await ines.ask("OPTIONS", "/api/v1/uploads")).headers
    assert said["Tus-Version"] == "1.0.0"
    assert set(said["Tus-Extension"].split(",")) == {
        "creation",
        "checksum",
        "expiration",
        "termination",
    }
    assert said["Tus-Max-Size"] == "3000000"


async def test_each_code_of_the_protocol_is_answered(ines: Tus) -> None:
    path = await ines.begin(len(PDF))
    wrong = await ines.ask("HEAD", path, headers={"Tus-Resumable": "0.2.0"})
    assert (wrong.status, wrong.headers["Tus-Version"]) == (412, "1.0.0")
    assert (await ines.ask("HEAD", path)).status == 412
    at = {**ON, "Upload-Offset": "7"}
    assert (await ines.ask("PATCH", path, headers=at, data=b"x")).body["code"] == "upload_offset"
    as_json = {**at, "Content-Type": "application/json"}
    assert (await ines.ask("PATCH", path, headers=as_json, data=b"x")).status == 415
    assert (await ines.ask("PATCH", path, headers=ON, data=b"x")).status == 400
    too_much = await ines.send(path, 0, PDF + b"x")
    assert (too_much.status, too_much.headers["Tus-Resumable"]) == (413, "1.0.0")
    for size, status in (("-1", 422), ("", 422), ("0", 422), ("4000000", 413)):
        begun = await ines.ask("POST", "/api/v1/uploads", headers={**TUS, "Upload-Length": size})
        assert begun.status == status, size
    odd = {**TUS, "Upload-Length": "9", "Upload-Metadata": "filename ?"}
    assert (await ines.ask("POST", "/api/v1/uploads", headers=odd)).status == 422
    unknown = path[:-4] + "0000"
    for method in ("HEAD", "PATCH", "DELETE"):
        asked = await ines.ask(method, unknown, headers={**ON, "Upload-Offset": "0"})
        assert asked.status == 404, method


async def test_a_piece_that_was_damaged_on_its_way_does_not_count(ines: Tus) -> None:
    path = await ines.begin(len(PDF), "a.pdf")
    good = {name: hashlib.new(name, PDF[:100]).digest() for name in ("sha1", "sha256", "md5")}
    said = f"sha1 {base64.b64encode(good['sha256'][:20]).decode()}"
    refused = await ines.send(path, 0, PDF[:100], **{"Upload-Checksum": said})
    assert (refused.status, await ines.offset(path)) == (460, 0)
    odd = await ines.send(path, 0, PDF[:100], **{"Upload-Checksum": "crc32 AAAA"})
    assert odd.status == 400
    at = 0
    for name in good:
        digest = hashlib.new(name, PDF[at : at + 100]).digest()
        said = f"{name} {base64.b64encode(digest).decode()}"
        assert (
            await ines.send(path, at, PDF[at : at + 100], **{"Upload-Checksum": said})
        ).status == 204
        at += 100
    assert (await ines.send(path, at, PDF[at:])).status == 204
    media = (await ines.ask("GET", path.replace("uploads", "media"))).body
    assert media["sha256"] == hashlib.sha256(PDF).hexdigest()


async def test_what_is_given_up_is_gone(school: Application, ines: Tus) -> None:
    path = await ines.begin(len(PDF))
    await ines.send(path, 0, PDF[:100])
    assert [one["id"] for one in (await ines.ask("GET", "/api/v1/uploads")).body["items"]] == [
        path.rpartition("/")[2]
    ]
    assert (await ines.ask("DELETE", path, headers=TUS)).status == 204
    assert (await ines.ask("HEAD", path, headers=TUS)).status == 404
    assert (await ines.ask("GET", path.replace("uploads", "media"))).status == 404
    late = await ines.begin(len(PDF))
    await school.parts.db.execute(
        "update upload set expires_at = now() - $1::interval", timedelta(seconds=1)
    )
    assert (await ines.ask("HEAD", late, headers=TUS)).status == 410
    assert await school.parts.library.uploads.sweep() == 1
    assert (await ines.ask("HEAD", late, headers=TUS)).status == 404
    assert not list((school.parts.settings.data_dir / "uploads").iterdir())


async def test_a_file_is_what_it_is_and_not_what_it_is_called(ines: Tus) -> None:
    page = b"<!doctype html><script>alert(1)</script>"
    path = await ines.begin(len(page), "lesson.mp4")
    assert (await ines.send(path, 0, page)).body["code"] == "file_type"
    assert (await ines.ask("HEAD", path, headers=TUS)).status == 404
    large = await ines.begin(2_000_000, "lesson.mp4")
    refused = await ines.send(large, 0, io.BytesIO(page + b" " * 1_500_000))
    assert refused.status == 415, "long before all of it has come"


async def test_who_goes_on_takes_over_from_a_connection_that_hangs(
    school: Application, ines: Tus
) -> None:
    path = await ines.begin(len(PDF), "a.pdf")
    sent = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield PDF[:500]
        sent.set()
        await asyncio.sleep(60)

    hanging = asyncio.create_task(ines.send(path, 0, slowly()))
    await sent.wait()
    at = await ines.offset(path)
    answer = await hanging
    assert answer.body["code"] == "upload_superseded"
    assert at in {0, 500}, "all that had arrived, and nothing that had not"
    assert (await ines.send(path, at, PDF[at:])).status == 204


async def test_a_cut_connection_leaves_what_came(school: Application, ines: Tus) -> None:
    path = await ines.begin(len(PDF), "a.pdf")

    async def torn() -> AsyncIterator[bytes]:
        yield PDF[:700]
        await asyncio.sleep(0.05)
        raise OSError("the cable")

    with pytest.raises((OSError, aiohttp.ClientError)):
        await ines.send(path, 0, torn())
    at = await ines.offset(path)
    assert at <= 700
    assert (await ines.send(path, at, PDF[at:])).status == 204
    media = (await ines.ask("GET", path.replace("uploads", "media"))).body
    assert media["sha256"] == hashlib.sha256(PDF).hexdigest()


async def test_quotas_hold_for_two_at_once(ines: Tus) -> None:
    begun = await asyncio.gather(
        *(
            ines.ask("POST", "/api/v1/uploads", headers={**TUS, "Upload-Length": str(2_000_000)})
            for _ in range(4)
        )
    )
    assert sorted(one.status for one in begun) == [201, 201, 403, 403]
    assert {one.body["code"] for one in begun if one.status == 403} == {"quota_used"}


async def test_the_same_content_is_kept_once_and_said(school: Application, ines: Tus) -> None:
    first, second = await ines.whole(PDF, "a.pdf"), await ines.whole(PDF, "b.pdf")
    shown = (await ines.ask("GET", f"/api/v1/media/{second}")).body
    assert [one["id"] for one in shown["alike"]] == [first]
    assert await school.parts.db.fetchval("select count(*) from library_file") == 1
    other = Tus(school, await school.person(Role.INSTRUCTOR))
    theirs = await other.whole(PDF, "c.pdf")
    assert (await other.ask("GET", f"/api/v1/media/{theirs}")).body["alike"] == []
    for one in (first, second, theirs):
        assert (
            await (other if one == theirs else ines).ask("GET", f"/api/v1/media/{one}/file")
        ).body == PDF


async def test_a_new_file_takes_the_place_of_an_old_one(school: Application, ines: Tus) -> None:
    item = await ines.whole(PDF, "a.pdf", title="Sheet")
    await ines.whole(PDF + b"2", "b.pdf", replaces=item)
    shown = (await ines.ask("GET", f"/api/v1/media/{item}")).body
    assert (shown["title"], shown["file_name"], shown["bytes"]) == ("Sheet", "b.pdf", len(PDF) + 1)
    third = await ines.whole(PDF + b"3", "c.pdf")
    path = f"/api/v1/media/{item}/replace"
    async with school.http.post(
        school.url + path, json={"by": third}, headers=ines.person.bearer
    ) as answer:
        assert (await answer.json())["bytes"] == len(PDF) + 1
    assert (await ines.ask("GET", f"/api/v1/media/{item}/file")).body == PDF + b"3"
    assert (await ines.ask("GET", f"/api/v1/media/{third}")).body["deleted_at"]


async def test_a_video_gets_its_facts_and_its_picture(school: Application, ines: Tus) -> None:
    item = await ines.whole(video(sound="aac", seconds=2.0), "x.mp4")
    media = (await ines.ask("GET", f"/api/v1/media/{item}")).body
    assert media["state"] == "processing"
    await _processed(school, media)
    media = (await ines.ask("GET", f"/api/v1/videos/{item}")).body
    assert (media["state"], media["width"], media["height"]) == ("ready", 160, 120)
    assert 1.9 < media["seconds"] < 2.2
    poster = await ines.ask("GET", media["poster"])
    assert poster.body[8:12] == b"WEBP"
    assert "immutable" in poster.headers["Cache-Control"]
    stream = (await ines.ask("GET", f"/api/v1/videos/{item}/stream")).body
    played = await ines.ask("GET", stream["url"], headers={"Range": "bytes=0-99"})
    assert played.headers["Content-Disposition"].startswith("inline")
    assert (await ines.ask("POST", f"/api/v1/videos/{item}/views")).body == {"views": 1}


async def test_a_damaged_video_says_so_and_stays_a_file(school: Application, ines: Tus) -> None:
    item = await ines.whole(video()[:2000], "x.mp4")
    media = (await ines.ask("GET", f"/api/v1/media/{item}")).body
    await _processed(school, media)
    media = (await ines.ask("GET", f"/api/v1/media/{item}")).body
    assert media["state"] == "failed"
    assert media["reason"]


async def test_a_form_brings_a_file_in_one_piece(ines: Tus) -> None:
    form = aiohttp.FormData()
    form.add_field("title", "Plot")
    form.add_field("file", a_png(), filename="plot.png")
    sent = await ines.ask("POST", "/api/v1/media", data=form)
    assert (sent.status, sent.body["title"], sent.body["kind"]) == (202, "Plot", "image")
    assert sent.body["file_name"] == "plot.png"
    assert (await ines.ask("GET", sent.headers["Location"])).body["bytes"] == len(a_png())
    assert (await ines.ask("GET", "/api/v1/uploads")).body["items"] == []
    bad = aiohttp.FormData()
    bad.add_field("file", b"MZ\0\0", filename="plot.png")
    assert (await ines.ask("POST", "/api/v1/media", data=bad)).body["code"] == "file_type"
    assert len((await ines.ask("GET", "/api/v1/media")).body["items"]) == 1


async def test_students_put_nothing_in_and_see_nothing(school: Application, ines: Tus) -> None:
    item = await ines.whole(PDF, "a.pdf")
    noor = Tus(school, await school.person())
    begun = await noor.ask("POST", "/api/v1/uploads", headers={**TUS, "Upload-Length": "9"})
    assert begun.body["code"] == "library_teachers_only"
    for path in (f"/api/v1/media/{item}", f"/api/v1/media/{item}/file", f"/api/v1/uploads/{item}"):
        assert (await noor.ask("GET", path)).status == 404
    async with school.http.patch(
        f"{school.url}/api/v1/media/{item}",
        json={"visibility": "unlisted"},
        headers=ines.person.bearer,
    ) as answer:
        assert answer.status == 200
    assert (await noor.ask("GET", f"/api/v1/media/{item}/file")).body == PDF
    assert (await noor.ask("DELETE", f"/api/v1/media/{item}")).body["code"] == "media_not_yours"


async def test_the_list_is_searched_filtered_and_paged(school: Application, ines: Tus) -> None:
    made = [await ines.whole(PDF + bytes([n]), f"Sheet {n}.pdf") for n in range(48, 51)]
    async with school.http.post(
        f"{school.url}/api/v1/media/links",
        json={"title": "GeoGebra 100%", "link": "https://www.geogebra.org/m/x"},
        headers=ines.person.bearer,
    ) as answer:
        link = (await answer.json())["id"]

    async def found(query: str) -> list[str]:
        answer = await ines.ask("GET", f"/api/v1/media?{query}")
        return [one["id"] for one in answer.body["items"]]

    assert await found("") == [link, *reversed(made)]
    assert await found("q=sheet%2049") == [made[1]]
    assert await found("q=%25") == [link]
    assert await found("kind=link&unused=true") == [link]
    first = (await ines.ask("GET", "/api/v1/media?limit=3")).body
    assert await found(f"limit=3&cursor={first['next']}") == [made[0]]
    await ines.ask("DELETE", f"/api/v1/media/{made[0]}")
    assert made[0] not in await found("")
    await ines.ask("POST", f"/api/v1/media/{made[0]}/restore")
    assert made[0] in await found("")


async def test_a_whole_upload_that_was_not_recorded_is_recorded_when_it_is_asked_for(
    school: Application, ines: Tus
) -> None:
    """As after a kill between the last byte and its record."""
    path = await ines.begin(len(PDF), "a.pdf")
    await ines.send(path, 0, PDF[:-1])
    name = path.rpartition("/")[2].replace("-", "")
    with (school.parts.settings.data_dir / "uploads" / name).open("ab") as file:
        file.write(PDF[-1:])
    await school.parts.db.execute("update upload set received = size")
    assert await ines.offset(path) == len(PDF)
    media = (await ines.ask("GET", path.replace("uploads", "media"))).body
    assert media["sha256"] == hashlib.sha256(PDF).hexdigest()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\lessons\\\\a.mp4", "a.mp4"),
        ("...", "file"),
        ("a\x00\r\nb.mp4", "ab.mp4"),
        ("x" * 400, "x" * 255),
    ],
)
def test_a_name_is_no_path(sent: str, kept: str) -> None:
    assert uploads._clean(sent) == kept


def test_names_are_told_in_base64() -> None:
    assert told(filename="a") == "filename YQ=="


async def test_a_form_that_breaks_off_is_refused_as_that(school: Application) -> None:
    ines = await school.person(Role.INSTRUCTOR)
    status, said = await school.call(
        "POST",
        "/api/v1/media",
        headers=ines.bearer | {"Content-Type": "multipart/form-data; boundary=x"},
        data=b"--x\r\n--x--\r\n",
    )
    assert (status, said["code"]) == (400, "malformed")
