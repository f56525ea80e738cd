"""An unmodified mediasoup-client in Chromium takes what we say, and we take what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import Page

from tests.support.browser import chromium
from tests.support.ortc_page import NOWHERE, SCRIPT, a_page, bundled
from vtp.media.rtp import ortc
from vtp.media.rtp.ortc_types import RtpCapabilities, RtpParameters

_LAYERS = [
    {"maxBitrate": 200_000, "scaleResolutionDownBy": 4},
    {"maxBitrate": 600_000, "scaleResolutionDownBy": 2},
    {"maxBitrate": 1_700_000},
]
_TRACKS: list[dict[str, Any]] = [
    {"kind": "audio", "codecOptions": {"opusStereo": True, "opusFec": True, "opusNack": True}},
    {"kind": "video", "encodings": _LAYERS},
    {"kind": "video", "encodings": _LAYERS, "codec": "video/VP8"},
    {"kind": "video", "codec": "video/VP9"},
    {"kind": "video", "codec": "video/AV1"},
]


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with a_page(executable, SCRIPT, file=bundled(tmp_path)) as made:
        yield made


async def asked(page: Page, name: str, **given: Any) -> Any:
    told = {
        "capabilities": msgspec.to_builtins(ortc.router_capabilities()),
        "transport": msgspec.to_builtins(NOWHERE),
        **given,
    }
    return await page.evaluate(f"given => window.{name}(given)", told)


async def known(page: Page) -> RtpCapabilities:
    told = await page.evaluate(
        "given => window.capabilities(given)", msgspec.to_builtins(ortc.router_capabilities())
    )
    assert told["audio"]
    assert told["video"]
    return msgspec.convert(told["recv"], RtpCapabilities)


async def published(page: Page) -> list[ortc.Published]:
    return [
        ortc.published(one["kind"], msgspec.convert(one["rtpParameters"], RtpParameters))
        for one in await asked(page, "publish", tracks=_TRACKS)
    ]


async def test_a_device_loads_our_capabilities_with_every_codec(page: Page) -> None:
    codecs = (await known(page)).codecs
    ours = ortc.router_capabilities().codecs
    assert [(c.mime_type, c.preferred_payload_type) for c in codecs] == [
        (c.mime_type, c.preferred_payload_type) for c in ours
    ]


async def test_what_it_produces_is_understood_and_consumed_again(page: Page) -> None:
    capabilities = await known(page)
    tracks = await published(page)
    assert [(t.mime, len(t.encodings)) for t in tracks] == [
        ("audio/opus", 1),
        ("video/H264", 3),
        ("video/VP8", 3),
        ("video/VP9", 1),
        ("video/AV1", 1),
    ]
    assert all(t.twcc and t.nack for t in tracks)
    offered = [
        ortc.consumed(track, capabilities, ssrc=10 * n, rtx_ssrc=10 * n + 1, cname="one-person")
        for n, track in enumerate(tracks, 1)
    ]
    watching = await asked(
        page,
        "watch",
        tracks=[
            {"kind": track.kind, "rtpParameters": msgspec.to_builtins(consumed.parameters)}
            for track, consumed in zip(tracks, offered, strict=True)
        ],
    )
    assert [one["state"] for one in watching] == ["live"] * len(tracks)
    for one, consumed in zip(watching, offered, strict=True):
        assert one["codecs"][0]["payloadType"] == consumed.pt
        agreed = {e["uri"]: e["id"] for e in one["headerExtensions"]}
        assert agreed == {e.uri: e.id for e in consumed.parameters.header_extensions}
