"""Mail over HTTP: the same answer for everybody, links from our own address, a mailbox of the demo."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.application import Application, an_application, some_settings
from vtp import settings
from vtp.accounts.kinds import PASSWORD_CHANGED

FORGOTTEN = "/api/v1/auth/password/forgotten"


@pytest.fixture
async def demo(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    chosen = some_settings(database_settings, tmp_path)
    async with an_application(chosen, demo=True) as running:
        yield running


async def test_the_answer_and_its_time_are_the_same_for_everybody(demo: Application) -> None:
    """Medians of one run: what differs happens in another process, later."""
    known = (await demo.person()).user.email
    took: dict[str, list[float]] = {known: [], "nobody@school.test": []}
    for _ in range(40):
        for email, times in took.items():
            started = time.perf_counter()
            answer = await demo.call("POST", FORGOTTEN, json={"email": email})
            times.append(time.perf_counter() - started)
            assert answer == (204, None)
    first, second = (statistics.median(times) for times in took.values())
    assert 0.5 < first / second < 2.0


async def test_a_forged_host_gets_no_mail_and_no_link(demo: Application) -> None:
    person = await demo.person()
    sent = {"json": {"email": person.user.email}}
    for forged in ({"Host": "evil.test"}, {"X-Forwarded-Host": "evil.test"}):
        status, _ = await demo.call("POST", FORGOTTEN, headers=forged, **sent)
        assert status == (421 if "Host" in forged else 204)
    async with demo.parts.db.transaction() as tx:
        await demo.parts.accounts.recovery.write(tx, person.user.email)
    _, page = await demo.call("GET", "/dev/mail")
    assert f"{demo.parts.origins.public}/reset?token=" in page
    assert "evil.test" not in page


async def test_only_so_many_mails_can_be_asked_for_one_address(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    limits = settings.Limits(mails_per_person_per_hour=2)
    chosen = some_settings(database_settings, tmp_path, limits=limits)
    async with an_application(chosen, demo=True) as app:
        sent = {"json": {"email": "nobody@school.test"}}
        found = [(await app.call("POST", FORGOTTEN, **sent))[0] for _ in range(4)]
    assert found == [204, 204, 429, 429]


async def test_notices_are_counted_read_and_chosen(demo: Application) -> None:
    person = await demo.person()
    async with demo.parts.db.transaction() as tx:
        await demo.parts.letterbox.notices.tell(tx, person.user.id, PASSWORD_CHANGED)
    who = {"headers": person.bearer}
    assert (await demo.call("GET", "/api/v1/notices/unread", **who))[1] == {"unread": 1}
    _, page = await demo.call("GET", "/api/v1/notices", **who)
    (one,) = page["items"]
    assert (one["text"], one["read"]) == ("Your password was changed.", False)
    assert (await demo.call("POST", f"/api/v1/notices/{one['id']}/read", **who))[0] == 204
    assert (await demo.call("GET", "/api/v1/notices/unread", **who))[1] == {"unread": 0}
    _, choices = await demo.call("GET", "/api/v1/notices/preferences", **who)
    assert "accounts.requests" not in {one["topic"] for one in choices["items"]}
    not_theirs = {"topic": "accounts.requests", "in_page": False}
    path = "/api/v1/notices/preferences"
    assert (await demo.call("PATCH", path, json=not_theirs, **who))[0] == 404
    for choice, status in (({"by_mail": False}, 422), ({"in_page": False}, 200)):
        body = {"topic": "accounts.security", **choice}
        path = "/api/v1/notices/preferences"
        assert (await demo.call("PATCH", path, json=body, **who))[0] == status
    async with demo.parts.db.transaction() as tx:
        await demo.parts.letterbox.notices.tell(tx, person.user.id, PASSWORD_CHANGED)
    assert (await demo.call("GET", "/api/v1/notices/unread", **who))[1] == {"unread": 0}
