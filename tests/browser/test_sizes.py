"""Real Chromium is shown a camera large and small by turns, and sees of each change the size alone.

A machine that is busy holds pictures up by itself, and so does an encoder that has to save. So
others watch the same camera and change nothing: what held them up, too, was not the change.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Page, expect

from tests.support.application import an_application, some_settings
from tests.support.browser import chromium
from tests.support.meeting_page import script
from tests.support.ortc_page import a_page
from tests.support.room_page import WITH_DEVICES, Class, Someone, becomes
from vtp import settings
from vtp.actor import Role

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]

# lesson() has one person send a picture that moves, in three layers, and the others watch it;
# prefer() says how large one of them shows it, and hold() that it is not shown at all. seen() is
# what the receivers say, sent() the widths of the layers that are encoded.
_SCRIPT = """
const picture = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [960, 540];
    const paint = canvas.getContext("2d");
    setInterval(() => {
        paint.fillStyle = `hsl(${Math.random() * 360} 60% 50%)`;
        paint.fillRect(Math.random() * 960, Math.random() * 540, 60, 40);
    }, 60);
    return canvas.captureStream(15).getVideoTracks()[0];
};
// As the page of a class does it: what nobody watches is not sent.
const onlyWanted = async ({layers}) => {
    const parameters = producer.rtpSender.getParameters();
    parameters.encodings.forEach((one, index) => { one.active = layers[index]; });
    await producer.rtpSender.setParameters(parameters);
};
window.lesson = async ({tokens, room, codec}) => {
    const asks = tokens.map((token, place) =>
        bySocket(token, place ? {} : {"media.wanted": onlyWanted}));
    let joined;
    for (const ask of asks) joined = await ask("room.join", {room});
    const device = await mediasoup.Device.factory();
    await device.load({routerRtpCapabilities: joined.capabilities});
    window.send = await transport(asks[0], device, "send", {});
    const encodings = [[4, 200_000], [2, 600_000], [1, 1_700_000]].map(
        ([scaleResolutionDownBy, maxBitrate]) => ({scaleResolutionDownBy, maxBitrate}));
    window.producer = await send.produce({
        track: picture(), encodings, codecOptions: {videoGoogleStartBitrate: 1500},
        codec: device.sendRtpCapabilities.codecs.find(one => one.mimeType === codec),
    });
    window.watchers = [];
    for (const ask of asks.slice(1)) {
        const recv = await transport(ask, device, "recv", {});
        watchers.push({ask, ...await watched(ask, device, recv, producer.id)});
    }
};
window.prefer = async ({who, width}) => {
    const {ask, id} = watchers[who];
    await ask("media.prefer", {consumer: id, width, height: width * 9 / 16});
};
window.hold = async who => {
    const {ask, id} = watchers[who];
    await ask("media.hold", {consumer: id});
};
const reports = async of => [...(await of.getStats()).values()];
window.seen = () => Promise.all(watchers.map(async ({consumer}) =>
    (await reports(consumer)).find(({type}) => type === "inbound-rtp") || {}));
window.sent = async () => (await reports(producer))
    .filter(({type, active}) => type === "outbound-rtp" && active)
    .map(({frameWidth}) => frameWidth).sort();
"""
_SMALL, _LARGE = 240, 960  # pixels
_CHANGER, _SMALL_ONE, _LARGE_ONE = range(3)
_AFTER = 2.0  # s that are looked at when the new size is there
_TURNS = 3
# Of the changes in which a picture stood still for whoever made it and for nobody else, so many
# are the machine's: it was busy with one of the pictures just then. A change that stops pictures
# does it every time.
_CHANCE = 1 / 3


class Seen(msgspec.Struct, frozen=True, rename="camel"):
    """Of one receiver, as `getStats` has it."""

    frame_width: int = 0
    frames_decoded: int = 0
    total_freezes_duration: float = 0.0  # s
    pli_count: int = 0


@dataclass
class Judge:
    """What was seen over each change by whoever made it, and by the others."""

    frozen: list[float] = field(default_factory=list)  # s, beyond what held up the others
    asked: int = 0  # new pictures that nobody else asked for
    fewest: float = 1.0  # of the pictures that another got, the part that came, at the least

    def take(self, before: Sequence[Seen], after: Sequence[Seen]) -> None:
        froze, plis, frames = (
            [
                getattr(new, name) - getattr(old, name)
                for old, new in zip(before, after, strict=True)
            ]
            for name in ("total_freezes_duration", "pli_count", "frames_decoded")
        )
        self.frozen.append(max(0.0, froze[0] - sum(froze[1:])))
        self.asked += max(0, plis[0] - sum(plis[1:]))
        least = min((count for count in frames[1:] if count), default=1)
        self.fewest = min(self.fewest, frames[0] / least)

    def decide(self) -> None:
        stood = [seconds for seconds in self.frozen if seconds > 0]
        assert len(stood) <= _CHANCE * len(self.frozen), self
        assert self.asked == 0, self
        assert self.fewest > 0.5, self


@dataclass
class Lesson:
    page: Page

    async def seen(self) -> list[Seen]:
        return msgspec.convert(await self.page.evaluate("seen()"), list[Seen])

    async def prefer(self, who: int, width: int) -> None:
        await self.page.evaluate("given => prefer(given)", {"who": who, "width": width})
        await becomes(lambda: self.gets(who, width))

    async def gets(self, who: int, width: int) -> bool:
        return (await self.seen())[who].frame_width == width

    async def sends(self, *widths: int) -> bool:
        return bool(await self.page.evaluate("sent()") == list(widths))


async def judged(
    judge: Judge, seen: Callable[[], Awaitable[list[Seen]]], change: Awaitable[None]
) -> None:
    before = await seen()
    await change
    await asyncio.sleep(_AFTER)
    judge.take(before, await seen())


@pytest.fixture(params=["video/VP8", "video/H264"])
async def lesson(
    request: pytest.FixtureRequest, database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Lesson]:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(
            an_application(some_settings(database_settings, tmp_path / "data"))
        )
        people = [await app.person(Role.INSTRUCTOR), *[await app.person() for _ in range(3)]]
        status, room = await app.call(
            "POST", "/api/v1/rooms", headers=people[0].bearer, json={"title": "Algebra"}
        )
        assert status == 201, room
        page = await stack.enter_async_context(
            a_page(executable, script(tmp_path) + _SCRIPT, url=f"{app.url}/bare", bare=True)
        )
        tokens = [one.access_token for one in people]
        given = {"tokens": tokens, "room": room["id"], "codec": request.param}
        await page.evaluate("given => lesson(given)", given)
        made = Lesson(page)
        await made.prefer(_CHANGER, _LARGE)
        await made.prefer(_LARGE_ONE, _LARGE)
        await made.prefer(_SMALL_ONE, _SMALL)
        yield made


async def test_who_asks_for_another_size_goes_on_seeing_pictures(lesson: Lesson) -> None:
    judge = Judge()
    for width in (_SMALL, _LARGE) * _TURNS:
        await judged(judge, lesson.seen, lesson.prefer(_CHANGER, width))
    judge.decide()


async def test_who_asks_for_a_size_that_nobody_was_sending_sees_the_other_meanwhile(
    lesson: Lesson,
) -> None:
    judge = Judge()
    await lesson.page.evaluate("who => hold(who)", _LARGE_ONE)
    for _ in range(_TURNS):
        await judged(judge, lesson.seen, lesson.prefer(_CHANGER, _SMALL))
        await becomes(lambda: lesson.sends(_SMALL))
        await judged(judge, lesson.seen, lesson.prefer(_CHANGER, _LARGE))
    judge.decide()


@pytest.fixture
def browser_options() -> tuple[str, ...]:
    return WITH_DEVICES


async def test_on_the_page_of_a_class_a_tile_grows_and_shrinks_while_its_picture_goes_on(
    room: Class,
) -> None:
    ines = await room.someone(room.host)
    await ines.join()
    noor, kwame = [await _without_a_camera(room, name) for name in ("Noor", "Kwame")]
    judge = Judge()

    async def seen() -> list[Seen]:
        both = [await one.received("video") for one in (noor, kwame)]
        return [msgspec.convert(one, Seen) for reports in both for one in reports]

    async def large() -> None:
        await noor.tile("Ines").dblclick()
        await expect(noor.page.locator("figure.tile-large")).to_contain_text("Ines")
        await noor.sees_width(1280)

    async def among_others() -> None:
        await noor.page.keyboard.press("g")
        await noor.sees_width(640)

    await among_others()
    await kwame.sees_width(640)
    for _ in range(_TURNS):
        await judged(judge, seen, large())
        await judged(judge, seen, among_others())
    judge.decide()


async def _without_a_camera(room: Class, name: str) -> Someone:
    someone = await room.member(f"{name} Person")
    await someone.to_the_lobby()
    await someone.button("Switch the camera off").click()
    await someone.page.get_by_role("button", name="Join class").click()
    await expect(someone.page.locator(".stage")).to_be_visible()
    return someone
