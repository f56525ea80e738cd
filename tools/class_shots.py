"""Pictures of the class: before it, inside it with two, nine and twenty-five, a shared screen.

Part of tools/screenshots.py (`--class`). The people are drawn (tools/crowd.py), everything else is
the program as it is.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import urllib.parse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

from tools.crowd import Extra, a_crowd, script
from vtp import demo

NAMES = (
    "Tomasz Zieliński",
    "Kwame Boateng",
    "Mei-Ling Chou",
    "Zanele Dlamini",
    "Lars Nyström",
    "Priya Raghunathan",
    "Elif Aydin",
    "Đức Nguyễn",
    "Ravinder Singh",
    "Fatoumata Diallo",
    "Mateo Quispe",
    "Leilani Kahale",
    "Siobhán Kelly",
    "Oleksandr Kovalenko",
    "Aiko Tanaka",
    "Bruno Alves",
    "Chidi Okafor",
    "Dana Levi",
    "Emil Novak",
    "Farah Aziz",
    "Goran Ilić",
    "Hana Kim",
    "Ivo Petrov",
)
# Who has no camera, who raised a hand, and who speaks, by their number above.
_FACELESS, _HANDS, _SPEAKER = 6, (5, 7), 3
_OWN_FACE = 16
Act = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    others: int
    staff: bool = False  # seen by the teacher, else by a student with the teacher in class
    shares: bool = False
    before: bool = False  # the lobby
    act: Act | None = None
    only: str = ""  # a device, where the other one has no such thing


async def second_page(page: Page) -> None:
    await page.keyboard.press("ArrowRight")


async def people(page: Page) -> None:
    await page.keyboard.press("p")


async def keys(page: Page) -> None:
    await page.keyboard.press("?")


async def layouts(page: Page) -> None:
    await page.get_by_role("button", name="Layout").click()


async def keep_large(page: Page) -> None:
    await page.locator("figure.tile", has_text="Kwame").dblclick()


SCENES = (
    Scene("lobby", 4, before=True),
    Scene("class-2", 1),
    Scene("class-9", 8, staff=True),
    Scene("class-9-pinned", 8, staff=True, act=keep_large, only="desk"),
    Scene("class-25", 24, staff=True),
    Scene("class-25-second-page", 24, staff=True, act=second_page),
    Scene("class-25-student", 24, only="desk"),
    Scene("share", 8, shares=True),
    Scene("share-people", 8, shares=True, act=people),
    Scene("layouts", 3, act=layouts, only="desk"),
    Scene("keys", 3, act=keys, only="desk"),
)


@dataclass(frozen=True, slots=True)
class School:
    """The demo school over HTTP."""

    url: str

    def ask(self, path: str, body: Any, *, token: str = "", form: bool = False) -> Any:
        asked = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=30)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        sent = urllib.parse.urlencode(body) if form else json.dumps(body)
        headers = {"Content-Type": kind, "Origin": self.url}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            asked.request("POST", path, sent.encode(), headers)
            answer = asked.getresponse()
            raw = answer.read()
            if answer.status >= 400:
                raise SystemExit(f"{path}: {answer.status} {raw[:300]!r}")
            return json.loads(raw) if "json" in answer.headers.get_content_type() else None
        finally:
            asked.close()

    def token(self, email: str) -> str:
        body = {"email": email, "password": demo.PASSWORD}
        return str(self.ask("/api/v1/auth/login", body)["access_token"])

    def students(self) -> list[str]:
        """New people who may join, each with a token."""
        tokens = []
        for number, name in enumerate(NAMES):
            email = f"student{number}@demo.test"
            body = {"name": name, "email": email, "password": demo.PASSWORD + "-of-many"}
            self.ask("/register", body, form=True)
            login = {"email": email, "password": body["password"]}
            tokens.append(str(self.ask("/api/v1/auth/login", login)["access_token"]))
        return tokens

    def room(self, token: str) -> str:
        made = self.ask("/api/v1/rooms", {"title": "Quadratic inequalities"}, token=token)
        return str(made["id"])


def cast(scene: Scene, room: str, teacher: str, students: list[str]) -> list[Extra]:
    """Who is in the class besides the one who looks."""
    there = (
        [] if scene.staff or scene.before else [Extra(teacher, room, face=0, shares=scene.shares)]
    )
    for number, token in enumerate(students[: scene.others - len(there)]):
        face = None if number == _FACELESS else number + 1
        speaks = number == _SPEAKER
        there.append(Extra(token, room, face=face, speaks=speaks, hand=number in _HANDS))
    return there


async def photograph(
    browser: Browser,
    url: str,
    views: dict[tuple[str, str], Callable[[str], Awaitable[BrowserContext]]],
    place: Callable[[str, str, str], Path],
    scenes: list[Scene],
) -> None:
    """`views` opens a window for one of the demo accounts, by device and theme."""
    school = School(url)
    teacher = school.token("teacher@demo.test")
    students = await asyncio.to_thread(school.students)
    for scene in scenes:
        room = school.room(teacher)
        others = await browser.new_context()
        await a_crowd(others, url, cast(scene, room, teacher, students))
        for (device, theme), opened in views.items():
            if scene.only in {"", device}:
                context = await opened("teacher" if scene.staff else "student")
                await take(context, f"{url}/room/{room}", scene, place(scene.name, device, theme))
                await context.close()
        await others.close()
        print(f"screenshots: {scene.name}", flush=True)


async def take(context: BrowserContext, address: str, scene: Scene, file: Path) -> None:
    page = await context.new_page()
    await page.add_init_script(f"{script()};beSeen({_OWN_FACE});")
    await page.goto(address)
    await page.wait_for_selector("html[data-alive]")
    if not scene.before:
        await page.get_by_role("button", name="Join class").click()
        await page.wait_for_selector(".stage")
    # Pictures come when they come; notices of the beginning go.
    await page.wait_for_timeout(4_000)
    if scene.act is not None:
        await scene.act(page)
        await page.wait_for_timeout(2_500)
    await page.screenshot(path=file)
    await page.close()
