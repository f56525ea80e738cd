"""A class as it goes in a school: who was there is said truthfully, though the program died in it.

One is on time, one late, one leaves early, one comes back on another device, one never comes.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.accounts import PASSWORD
from tests.support.browser import a_browser, chromium
from tests.support.processes import Program, free_port, started, vtp
from tests.support.room_page import WITH_DEVICES
from vtp import demo

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.alone]

_READY = "Press Ctrl-C to stop."
_LONG = 90_000  # ms; what a new process takes on a busy machine
_TEACHER = "ruth@school.test"
_STUDENTS = ("Noor Haddad", "Rosa Lima", "Elif Yildiz", "Kwame Boateng", "Mateo Quispe")
# Classes of schools take an hour; this one takes two minutes, and its policy is as much shorter.
_SHORT = {"late_after": 15, "early_before": 15, "absent_below": 0.2, "partial_below": 0.3}
_LENGTH = timedelta(minutes=5)
_OURS = "lost to our outage, not counted"
_MARKS = (
    ("Noor Haddad", "Present", _OURS),
    ("Rosa Lima", "Late", _OURS),
    ("Elif Yildiz", "Left early", _OURS),
    ("Kwame Boateng", "Present", "2 devices"),
    ("Mateo Quispe", "Absent", "Never received the class"),
)


def password(email: str) -> str:
    return demo.PASSWORD if email in {one[0] for one in demo.PEOPLE} else PASSWORD


def address(name: str) -> str:
    return f"{name.split(maxsplit=1)[0].lower()}@school.test"


@dataclass
class School:
    program: Program
    url: str
    http: aiohttp.ClientSession

    async def call(self, email: str, method: str, path: str, body: Any = None) -> Any:
        login = {"email": email, "password": password(email)}
        async with self.http.post(f"{self.url}/api/v1/auth/login", json=login) as answer:
            token = (await answer.json())["access_token"]
        async with self.http.request(
            method,
            f"{self.url}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            found = await answer.json() if answer.status != 204 else None
            assert answer.status < 300, (path, found)
            return found

    async def planned(self) -> Any:
        """A course with its students, and a class whose room is open."""
        for name, role in [("Ruth Adler", "instructor"), *((one, "student") for one in _STUDENTS)]:
            made = {"email": address(name), "name": name, "password": PASSWORD, "roles": [role]}
            await self.call("admin@demo.test", "POST", "/users", made)
        made = {"title": "Statics", "section": "A"}
        course = (await self.call(_TEACHER, "POST", "/courses", made))["id"]
        await self.call(_TEACHER, "POST", f"/courses/{course}/publish")
        for name in _STUDENTS:
            put = {"email": address(name)}
            await self.call(_TEACHER, "POST", f"/courses/{course}/students", put)
        [section] = (await self.call(_TEACHER, "GET", f"/courses/{course}/sections"))["items"]
        begins = datetime.now(UTC) + timedelta(hours=1)
        wanted = {"title": "Levers", "at": f"{begins:%H:%M:%S}", "first_day": f"{begins:%Y-%m-%d}"}
        planned = await self.call(_TEACHER, "POST", f"/sections/{section['id']}/sessions", wanted)
        [lesson] = planned["items"]
        return await self.ends(lesson["id"], timedelta(minutes=15))

    async def marked(self, course: str) -> None:
        """By rules as short as the class, as soon as its register is written."""
        rules = {"base": 0, "policy": _SHORT}
        await self.call(_TEACHER, "PUT", f"/courses/{course}/attendance/policy", rules)
        again = {"version": 1, "why": "It was a short class."}
        async with asyncio.timeout(5 * _LONG / 1_000):
            while True:
                path = f"/courses/{course}/attendance/rerun"
                if (await self.call(_TEACHER, "POST", path, again))["classes"]:
                    return
                await asyncio.sleep(3)

    async def ends(self, lesson: str, wait: timedelta) -> Any:
        at = datetime.now(UTC) + wait
        moved = {"starts_at": (at - _LENGTH).isoformat(), "ends_at": at.isoformat()}
        return await self.call(_TEACHER, "PATCH", f"/sessions/{lesson}", moved)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with a_browser(executable, *WITH_DEVICES) as made:
        yield made


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    port = free_port()
    env = {
        "VTP_SERVER__PORT": str(port),
        "VTP_MEDIA__PORT": "0",
        "VTP_ATTENDANCE__FLUSH_INTERVAL": "2",
        "VTP_ATTENDANCE__SETTLE_TIME": "5",
    }
    with started(vtp("serve", "--data", "data", "--demo"), folder=tmp_path, env=env) as program:
        await asyncio.to_thread(program.wait_for, _READY, seconds=120)
        async with aiohttp.ClientSession() as http:
            yield School(program, f"http://127.0.0.1:{port}", http)


@dataclass
class Visitor:
    browser: Browser
    url: str
    email: str

    async def opens(self, path: str) -> Page:
        page = await (await self.browser.new_context(locale="en-GB")).new_page()
        page.set_default_timeout(_LONG)
        await page.goto(f"{self.url}/login?next={path}")
        await page.get_by_label("Email").fill(self.email)
        await page.get_by_label("Password").fill(password(self.email))
        await page.get_by_role("button", name="Sign in", exact=True).click()
        return page

    async def enters(self, room: str) -> Page:
        page = await self.opens(f"/room/{room}")
        await page.get_by_role("button", name="Join class").click()
        await expect(page.locator(".stage")).to_be_visible(timeout=_LONG)
        return page


async def until(moment: datetime) -> None:
    await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


async def test_every_mark_is_true_and_who_was_absent_catches_up(
    browser: Browser, school: School
) -> None:
    lesson = await school.planned()
    room = lesson["room_id"]
    people = {name: Visitor(browser, school.url, address(name)) for name in _STUDENTS}
    noor = await people["Noor Haddad"].enters(room)
    kwame = await people["Kwame Boateng"].enters(room)
    elif_ = await people["Elif Yildiz"].enters(room)
    # A class begins with its teacher, who comes late, to nobody's harm.
    host = await Visitor(browser, school.url, _TEACHER).enters(room)
    begun = datetime.now(UTC)
    await school.ends(lesson["id"], timedelta(seconds=150))
    await host.get_by_role("button", name="More", exact=True).click()
    await host.get_by_role("button", name="Record this class").click()
    await expect(host.locator(".class-pill")).to_have_text("Recording", timeout=_LONG)
    await until(begun + timedelta(seconds=25))
    await people["Rosa Lima"].enters(room)
    second = await people["Kwame Boateng"].enters(room)
    # That media flow is looked at every five seconds.
    await until(datetime.now(UTC) + timedelta(seconds=12))
    await kwame.context.close()
    died = school.program.child("vtp web")
    os.kill(died, signal.SIGKILL)
    assert await asyncio.to_thread(school.program.child, "vtp web") != died
    for page in (host, noor, second, elif_):
        await expect(page.locator("figure.tile")).to_have_count(5, timeout=_LONG)
    await until(begun + timedelta(seconds=70))
    await elif_.context.close()
    await until(datetime.now(UTC) + timedelta(seconds=30))
    await host.get_by_role("button", name="End", exact=True).click()
    await host.get_by_role("button", name="End class", exact=True).click()
    await school.marked(lesson["course_id"])
    page = await Visitor(browser, school.url, _TEACHER).opens(f"/attendance/{lesson['id']}")
    for name, mark, words in _MARKS:
        line = page.locator(".register-line", has_text=name)
        await expect(line).to_contain_text(mark, timeout=_LONG)
        await expect(line).to_contain_text(words)
    mateo = await people["Mateo Quispe"].opens(f"/attendance/{lesson['id']}")
    await catches_up(mateo)
    await mateo.get_by_role("link", name="See your mark").click()
    await expect(mateo.get_by_text("Never there live; watched")).to_be_visible(timeout=_LONG)
    await page.reload()
    line = page.locator(".register-line", has_text="Mateo Quispe")
    await expect(line).to_contain_text("Made up", timeout=_LONG)


async def catches_up(page: Page) -> None:
    """As soon as there is something to watch."""
    button = page.get_by_role("link", name="Catch up")
    async with asyncio.timeout(5 * _LONG / 1_000):
        while not await button.count():
            await asyncio.sleep(3)
            await page.reload()
    await button.click()
    await page.get_by_role("button", name="Play", exact=True).first.click()
    await expect(page.get_by_text("Only what you have not seen")).to_be_visible(timeout=_LONG)
    await page.evaluate(
        "for (const one of document.querySelectorAll('video')) one.playbackRate = 2"
    )
    done = page.get_by_text("You have caught up on this class.")
    rest = page.get_by_role("button", name="Catch up")
    async with asyncio.timeout(3 * _LONG / 1_000):
        while not await done.count():
            if await rest.count():
                await rest.click()
            await asyncio.sleep(1)
