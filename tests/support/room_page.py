"""A class in real Chromium: people with invented cameras, what they see, and lines that are cut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.support.application import Application, Person
from tests.support.browser import Window, Windows

# A camera that draws, a microphone that beeps, and nobody who has to allow it.
WITH_DEVICES = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--auto-select-desktop-capture-source=Entire screen",
)
# Seconds for what media take on a busy machine.
_MEDIA = 30.0

# Keeps the connections of a page where a test finds them.
_WATCH = """
window.connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); window.connections.push(this); }
};
"""
_RECEIVED = """async () => {
    const found = [];
    for (const connection of window.connections) {
        if (connection.connectionState === "closed") continue;
        const reports = await connection.getStats();
        for (const report of reports.values()) {
            if (report.type === "inbound-rtp" && report.kind) {
                found.push({...report, codec: reports.get(report.codecId)?.mimeType});
            }
        }
    }
    return found;
}"""


@dataclass
class Someone:
    """One person with the page of a class open."""

    window: Window
    path: str
    lines: list[tuple[WebSocketRoute, WebSocketRoute]] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.window.page

    async def to_the_lobby(self) -> None:
        await self.window.open(self.path)

    async def join(self) -> None:
        await self.to_the_lobby()
        await self.page.get_by_role("button", name="Join class").click()
        await expect(self.page.locator(".stage")).to_be_visible()

    def tile(self, name: str) -> Locator:
        return self.page.locator("figure.tile", has_text=name)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def received(self, kind: str) -> list[dict[str, Any]]:
        reports: list[dict[str, Any]] = await self.page.evaluate(_RECEIVED)
        return [report for report in reports if report["kind"] == kind]

    async def pictures(self) -> int:
        """Frames that were decoded up to now, of everybody."""
        return sum([one.get("framesDecoded") or 0 for one in await self.received("video")])

    async def widths(self) -> list[int]:
        """Of the pictures that come, in pixels."""
        return [one["frameWidth"] for one in await self.received("video") if one.get("frameWidth")]

    async def decodes(self, mime: str, *, more: int = 5) -> None:
        """Waits until so many more pictures of that codec have come."""

        async def count() -> int:
            reports = await self.received("video")
            return sum(one["framesDecoded"] or 0 for one in reports if one.get("codec") == mime)

        before = await count()

        async def came() -> bool:
            return await count() >= before + more

        await becomes(came)

    async def sees_pictures(self, more: int = 5) -> None:
        """Waits until so many more pictures have come."""
        before = await self.pictures()

        async def came() -> bool:
            return await self.pictures() >= before + more

        await becomes(came)

    async def hears(self) -> None:
        async def heard() -> bool:
            return any(one["packetsReceived"] for one in await self.received("audio"))

        await becomes(heard)

    async def sees_width(self, wanted: int) -> None:
        async def seen() -> bool:
            return wanted in await self.widths()

        await becomes(seen)

    async def may_lose_the_line(self) -> None:
        """Before the page is opened: its sockets go through our hands."""

        def connected(line: WebSocketRoute) -> None:
            self.lines.append((line, line.connect_to_server()))

        await self.page.route_web_socket("**/socket.io/**", connected)

    async def cannot_decode(self, mime: str) -> None:
        """Before the page is opened: what it tells of itself lacks this codec."""

        def connected(line: WebSocketRoute) -> None:
            server = line.connect_to_server()
            line.on_message(lambda message: server.send(_without(str(message), mime)))

        await self.page.route_web_socket("**/socket.io/**", connected)

    async def lose_the_line(self) -> None:
        """The socket goes without a word; the media know nothing of it."""
        for end in self.lines[-1]:
            await end.close(code=4000, reason="cut")


def _without(message: str, mime: str) -> str:
    if '"media.consume"' not in message:
        return message
    start = message.index("[")
    name, body = json.loads(message[start:])
    codecs = body["rtp_capabilities"]["codecs"]
    gone = {one["preferredPayloadType"] for one in codecs if one["mimeType"] == mime}
    body["rtp_capabilities"]["codecs"] = [
        one
        for one in codecs
        if one["mimeType"] != mime and one.get("parameters", {}).get("apt") not in gone
    ]
    return message[:start] + json.dumps([name, body])


async def becomes(so: Callable[[], Awaitable[bool]]) -> None:
    """Asks the page until it is so; what media take, nobody tells us."""
    async with asyncio.timeout(_MEDIA):
        while True:
            if await so():
                return
            await asyncio.sleep(0.1)


@dataclass
class Class:
    """A room, and who comes into it."""

    app: Application
    windows: Windows
    path: str
    host: Person

    async def someone(self, person: Person, **options: Any) -> Someone:
        window = await self.windows.new(person, **options)
        await window.page.add_init_script(_WATCH)
        return Someone(window, self.path)

    async def member(self, name: str, **options: Any) -> Someone:
        return await self.someone(await self.app.person(name=name), **options)


async def a_class(app: Application, windows: Windows, host: Person) -> Class:
    body = {"title": "Quadratic inequalities"}
    status, room = await app.call("POST", "/api/v1/rooms", headers=host.bearer, json=body)
    assert status == 201
    return Class(app, windows, room["path"], host)
