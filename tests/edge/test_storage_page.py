"""What recordings take, on a page for administrators, who also say how long they are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support import shown
from tests.support.application import an_application, some_settings
from vtp import settings
from vtp.actor import Role
from vtp.recordings.model import Made
from vtp.recordings.store import made as made_store
from vtp.recordings.store import usage
from vtp.recordings.upkeep_pages import size

_AT = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)


async def test_admins_see_what_takes_how_much_and_set_how_long_it_is_kept(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    async with an_application(some_settings(database_settings, tmp_path)) as school:
        admin, ines = await school.person(Role.ADMIN), await school.person(Role.INSTRUCTOR)
        headers = {"Cookie": f"{school.by_cookie}={admin.cookie}", "Origin": school.url}

        async def page(status: int = 200) -> str:
            async with school.http.get(f"{school.url}/admin/storage", headers=headers) as answer:
                assert answer.status == status
                return await answer.text()

        assert "No recordings yet" in await page()
        db = school.parts.db
        small, large = [await shown.a_row(db, ines.user.id) for _ in range(2)]
        async with db.transaction() as tx:
            await tx.execute("update recording set bytes = 2000000 where id = $1", small)
            await tx.execute(
                "update recording set bytes = 3000000, title = 'Tides' where id = $1", large
            )
            rung = Made(name="stage-480", kind="rung", path="made/s.mp4", bytes=7_000_000)
            await made_store.put(tx, id=large, made=rung, at=_AT)
        assert await usage.kinds(db) == [("rung", 7_000_000)]
        assert [one.bytes for one in await usage.places(db, limit=9)] == [10_000_000, 2_000_000]
        first, second = await usage.largest(db, limit=9)
        assert (first.id, first.bytes, first.binned) == (large, 10_000_000, False)
        assert second.id == small
        text = await page()
        assert "10.0 MB" in text
        assert "Smaller sizes" in text
        assert text.index("Tides") < text.index(f"/watch/{small}")

        async def keep(name: str, value: str) -> int:
            form = {"name": name, "value": value}
            return (await school.call("POST", "/admin/storage", headers=headers, data=form))[0]

        assert await keep("processing.keep_days", "400") == 303
        assert school.parts.settings.processing.keep_days == 400
        assert 'value="400"' in await page()
        assert await keep("processing.bin_days", "soon") == 422
        assert await keep("school.name", "Mine") == 404


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 kB"),
        (99_499, "99 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (12_345_678_901, "12.3 GB"),
        (9_876_543_210_987_654, "9877 TB"),
    ],
)
def test_sizes_are_written_as_people_read_them(count: int, told: str) -> None:
    assert size(count) == told
