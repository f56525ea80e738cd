"""Pictures of the class: before it, inside with two, nine and twenty-five, and what they do.

Part of tools/screenshots.py (`--class`). The people are drawn (tools/crowd.py), everything else is
the program as it is.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import urllib.parse
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
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
    "Jonas Weber",
)
# Who has no camera, who raised a hand, and who speaks, by their number above.
_FACELESS, _HANDS, _SPEAKER = 6, (5, 7), 3
_OWN_FACE = 16
Act = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Backstage:
    """Where a scene is made ready, once, before anybody looks."""

    browser: Browser
    school: School
    room: str
    teacher: str  # token
    crowd: Page
    leader: int  # the teacher, by the place in the crowd
    students: range
    guests: list[BrowserContext] = field(default_factory=list)

    async def does(self, who: int, event: str, body: Any = None, about: int | None = None) -> Any:
        script = "([who, event, body, about]) => does(who, event, body, about ?? undefined)"
        return await self.crowd.evaluate(script, [who, event, body or {}, about])

    async def says(self, who: int, text: str, **more: Any) -> Any:
        return await self.does(who, "chat.send", {"text": text, "key": str(uuid.uuid4())} | more)

    async def guest(self, link: str, name: str) -> None:
        context = await self.browser.new_context()
        self.guests.append(context)
        page = await context.new_page()
        await page.goto(self.school.url + link)
        await page.wait_for_selector("html[data-alive]")
        await page.get_by_label("Your name in class").fill(name)
        await page.get_by_role("button", name="Join class").click()
        await page.get_by_text("will let you in").wait_for()


Prepare = Callable[[Backstage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    others: int
    staff: bool = False  # seen by the teacher, else by a student with the teacher in class
    shares: bool = False
    before: bool = False  # the lobby
    act: Act | None = None
    prepare: Prepare | None = None
    led: bool = False  # the teacher is in as well, last, until it is prepared
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


async def chat(page: Page) -> None:
    await page.keyboard.press("c")


async def polls(page: Page) -> None:
    await page.keyboard.press("o")


async def menu_of_kwame(page: Page) -> None:
    await people(page)
    await page.get_by_role("button", name="More for Kwame Boateng").click()


async def locks(page: Page) -> None:
    await people(page)
    await page.get_by_role("button", name="Locks").click()


async def ending(page: Page) -> None:
    await page.locator(".control-leave").click()


async def more(page: Page) -> None:
    await page.get_by_role("button", name="More", exact=True).click()


async def picture_menu(page: Page) -> None:
    await page.locator("figure.tile", has_text="Kwame").hover()
    await page.get_by_role("button", name="Picture of Kwame Boateng").click()


async def asks_to_come_in(page: Page) -> None:
    await page.get_by_role("button", name="Join class").click()
    await page.get_by_text("will let you in").wait_for()


async def talked(made: Backstage) -> None:
    """The first is the teacher."""
    await made.does(0, "room.promote", {"cohost": True}, about=1)
    asked = await made.says(5, "Is ≤ the reason the roots belong to the answer?")
    await made.says(0, "Exactly. With < they would stay open circles.", reply_to=asked["id"])
    meeting = made.school.live(made.room, made.teacher)
    image = made.school.image(meeting, made.teacher, await sketch(made.browser))
    await made.says(0, "My sketch, is the shading right?", image=image)
    await made.says(1, "Everybody: the sheet is at https://example.org/unit-4.pdf")
    await made.says(6, "Can we see one where the curve opens downwards?")


async def talked_and_closed(made: Backstage) -> None:
    await talked(made)
    await made.does(0, "room.lock", {"chat": True})


async def sketch(browser: Browser) -> bytes:
    page = await browser.new_page(viewport={"width": 380, "height": 190})
    await page.set_content(
        "<body style='margin:0;background:#faf7ee'><svg width=380 height=190 fill=none "
        "stroke-width=4 stroke='#3b6fd0'><path stroke='#55605a' stroke-width=2 "
        "d='M40 130H350M110 15V175'/><path d='M120 20Q220 290 320 20'/></svg>"
    )
    drawn = await page.screenshot()
    await page.close()
    return drawn


_QUESTION = {
    "kind": "single",
    "question": "For which x is x² \N{MINUS SIGN} 4x + 3 ≤ 0?",
    "options": ["x ≤ 1 or x ≥ 3", "1 ≤ x ≤ 3", "1 < x < 3", "No solution"],
    "open": True,
}


async def polled(made: Backstage) -> None:
    lead = made.leader
    first = {"kind": "single", "question": "Ready for the graph?", "options": ["Yes", "Not yet"]}
    earlier = await made.does(lead, "poll.create", first | {"open": True})
    for who in made.students[:5]:
        answer = {"poll": earlier["id"], "choices": [int(who == 2)]}
        await made.does(who, "poll.answer", answer)
    await made.does(lead, "poll.close", {"poll": earlier["id"]})
    await made.does(lead, "poll.share", {"poll": earlier["id"]})
    asked = await made.does(lead, "poll.create", _QUESTION)
    for who, choice in zip(made.students, (1, 1, 0, 1, 2, 1), strict=False):
        await made.does(who, "poll.answer", {"poll": asked["id"], "choices": [choice]})


async def in_order(made: Backstage) -> None:
    """Two wait, one of them by the link; one is co-host."""
    await made.does(made.leader, "room.promote", {"cohost": True}, about=0)
    link = made.school.open_door(made.room, made.teacher)
    await made.guest(link, "Siobhán Kelly")
    await made.guest(link, "Oleksandr Kovalenko")


async def behind_a_door(made: Backstage) -> None:
    made.school.open_door(made.room, made.teacher)


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
    Scene("chat", 8, shares=True, prepare=talked, act=chat),
    Scene("chat-closed", 8, prepare=talked_and_closed, act=chat, only="desk"),
    Scene("poll-lead", 8, staff=True, led=True, prepare=polled, act=polls),
    Scene("poll-answer", 8, shares=True, prepare=polled, act=polls),
    Scene("moderation", 8, staff=True, led=True, prepare=in_order, act=menu_of_kwame),
    Scene("people", 8, staff=True, led=True, prepare=in_order, act=people),
    Scene("people-25", 24, staff=True, act=people),
    Scene("locks", 8, staff=True, act=locks),
    Scene("ending", 8, staff=True, act=ending),
    Scene("more", 8, staff=True, act=more),
    Scene("picture-menu", 8, staff=True, act=picture_menu, only="desk"),
    Scene("waiting", 4, before=True, prepare=behind_a_door, act=asks_to_come_in),
    Scene("layouts", 3, act=layouts, only="desk"),
    Scene("keys", 3, act=keys, only="desk"),
)


@dataclass(frozen=True, slots=True)
class School:
    """The demo school over HTTP."""

    url: str

    def ask(
        self, path: str, body: Any, *, token: str = "", form: bool = False, method: str = "POST"
    ) -> Any:
        asked = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=30)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        if isinstance(body, bytes):
            sent, kind = body, "image/png"
        else:
            sent = (urllib.parse.urlencode(body) if form else json.dumps(body)).encode()
        headers = {"Content-Type": kind, "Origin": self.url}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            asked.request(method, path, sent if method != "GET" else None, headers)
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

    def open_door(self, room: str, token: str) -> str:
        """A waiting room, and a link for guests to it."""
        self.ask(f"/api/v1/rooms/{room}", {"waiting_room": True}, token=token, method="PATCH")
        return str(self.ask(f"/api/v1/rooms/{room}/guest-link", {}, token=token)["guest_path"])

    def live(self, room: str, token: str) -> str:
        """The class that goes on there."""
        found = self.ask(f"/api/v1/meetings?room={room}", {}, token=token, method="GET")
        return str(found["items"][0]["id"])

    def image(self, meeting: str, token: str, png: bytes) -> str:
        made = self.ask(f"/api/v1/meetings/{meeting}/images", png, token=token)
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
    if scene.led:
        there.append(Extra(teacher, room))
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
        there = cast(scene, room, teacher, students)
        crowd = await a_crowd(others, url, there)
        leader = len(there) - 1 if scene.led else 0
        students_there = range(len(there) - 1) if scene.led else range(1, len(there))
        made = Backstage(browser, school, room, teacher, crowd, leader, students_there)
        if scene.prepare is not None:
            await scene.prepare(made)
        if scene.led:
            await crowd.evaluate("at => leaves(at)", leader)
        for (device, theme), opened in views.items():
            if scene.only in {"", device}:
                context = await opened("teacher" if scene.staff else "student")
                await take(context, f"{url}/room/{room}", scene, place(scene.name, device, theme))
                await context.close()
        for context in [others, *made.guests]:
            await context.close()
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
