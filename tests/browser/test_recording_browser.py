"""A class is recorded by its host in a real browser, and what was kept can be played."""

from __future__ import annotations

from collections.abc import AsyncIterator

import av
import pytest
from playwright.async_api import expect

from tests.support.application import Application
from tests.support.browser import Windows, a_browser, chromium
from tests.support.recordings import a_recorder
from tests.support.room_page import WITH_DEVICES, Class, a_class
from vtp.actor import Role


@pytest.fixture
async def room(app: Application) -> AsyncIterator[Class]:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with (
        a_recorder(app.parts.settings.recordings_dir),
        a_browser(executable, *WITH_DEVICES) as browser,
    ):
        windows = Windows(browser, app)
        host = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
        yield await a_class(app, windows, host)
        assert [c for window in windows.opened for c in window.unexpected] == []


async def test_a_host_records_and_everybody_sees_it(app: Application, room: Class) -> None:
    ines, noor = await room.someone(room.host), await room.member("Noor Haddad")
    await ines.join()
    await noor.join()
    await ines.sees_pictures()
    await ines.button("More").click()
    await ines.page.get_by_role("button", name="Record this class").click()
    await expect(noor.page.locator(".class-pill")).to_have_text("Recording")
    await ines.page.wait_for_timeout(3_000)  # that much is to be kept
    await ines.button("More").click()
    await ines.page.get_by_role("button", name="Pause the recording").click()
    await expect(noor.page.locator(".class-pill")).to_have_text("Recording paused")
    await ines.button("More").click()
    await ines.page.get_by_role("button", name="Stop the recording").click()
    await expect(noor.page.locator(".class-pill")).to_have_text("Not recorded")
    async with ines.page.expect_response(lambda answer: "/parts/" in answer.url) as playing:
        found = await ines.page.evaluate(_FETCH)
        assert (await playing.value).status == 200
    # A camera begins another file with each size that it is sent in.
    assert found.count("microphone") == 2
    assert set(found) == {"camera", "microphone", "mix"}
    [folder] = app.parts.settings.recordings_dir.glob("0*")
    kept = 0
    for path in folder.glob("*.mp4"):
        with av.open(str(path)) as file:
            kept += sum(1 for _ in file.decode(file.streams[0]))
    assert kept > 100


_FETCH = """async () => {
  const ask = async path => {
    const answer = await fetch("/api/v1/recordings" + path);
    if (!answer.ok) throw new Error(path + " " + answer.status);
    return answer;
  };
  let one;
  do {
    [one] = (await (await ask("")).json()).items;
  } while (one.state !== "ready");
  const { items } = await (await ask(`/${one.id}/parts`)).json();
  await ask(`/${one.id}/parts/${items[0].part}`);
  return items.map(item => item.source);
}"""
