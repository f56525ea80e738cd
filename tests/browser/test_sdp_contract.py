"""Chromium takes our answers to its offers as they are meant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page

from tests.support import offers
from tests.support.browser import chromium
from tests.support.ortc_page import NOWHERE, OFFERING, a_page
from vtp.media.rtp import ortc, sdp, sdp_answer


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with a_page(executable, OFFERING) as made:
        yield made


async def asked(page: Page, name: str, given: Any) -> Any:
    return await page.evaluate(f"given => window.{name}(given)", given)


@pytest.mark.parametrize("layers", [[], ["q", "h", "f"]], ids=["one", "three"])
async def test_what_it_publishes_settles_as_we_said(page: Page, layers: list[str]) -> None:
    offer = sdp.parse_offer(await asked(page, "offer", {"watch": False, "layers": layers}))
    answer, accepted = sdp_answer.publish_answer(offer, NOWHERE, session_id=7)
    tracks = [ortc.published(one.kind, one.parameters) for one in accepted]
    sound, picture = (await asked(page, "settle", answer))["seen"]
    assert [sound["direction"], picture["direction"]] == ["sendonly", "sendonly"]
    assert sound["codecs"] == ["audio/opus"]
    assert picture["codecs"] == ["video/H264", "video/rtx"]
    assert picture["layers"] == (layers or [""])
    for track, seen in zip(tracks, (sound, picture), strict=True):
        agreed = {number for _, number in seen["extensions"]}
        assert {track.ids.mid, track.ids.twcc} <= agreed


async def test_what_it_watches_settles_as_we_said(page: Page) -> None:
    offer = sdp.parse_offer(await asked(page, "offer", {"watch": True, "layers": []}))
    given = offers.given_to(offer)
    answer = sdp_answer.watch_answer(offer, NOWHERE, given, session_id=7)
    settled = await asked(page, "settle", answer)
    assert settled["streams"] == [["ada"], ["ada"]]
    for seen in settled["seen"]:
        consumed = given[seen["mid"]].consumed
        assert seen["direction"] == "recvonly"
        assert {one.mime_type for one in consumed.parameters.codecs} <= set(seen["codecs"])
        assert dict(seen["extensions"]) == {
            one.uri: one.id for one in consumed.parameters.header_extensions
        }
