"""What no client should send: it ends its sender by a typed close, and is nobody else's matter."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest
import structlog

from tests.support.socket_app import Served, served
from tests.support.socket_client import BINARY, TEXT, Client, connected, masked, upgraded

DEEP = "[" * 30_000
PACKETS = [
    "",
    *"02456789",
    "b",
    "bAAAA",
    "2probe",
    "47[]",
    "43[1]",
    '439["answer"]',
    "44{}",
    "42",
    "42{}",
    "42[]",
    "42[null]",
    '42["test.echo"',
    '42["test.echo",' + DEEP,
    '42["test.echo",' + DEEP + "]" * 30_001,
    '451-["test.echo",{"_placeholder":true,"num":0}]extra',
    '45-1-["test.echo"]',
    '450-["test.echo"]',
    '451000000000-["test.echo"]',
    '4511-["test.echo"]',
    '461-["test.echo"]',
    "40",
    '40{"token":"ben"}',
    '42/admin,["test.echo"]',
    '421234567890123456789["test.echo"]',
]
FRAMES = [
    (b"\x81\x01a", "bad_frame"),
    (b"\xf1\x80\0\0\0\0", "bad_frame"),
    (b"\x83\x80\0\0\0\0", "bad_frame"),
    (masked(0, b"a"), "bad_frame"),
    (masked(TEXT, b"4", fin=False) + masked(TEXT, b"2"), "bad_frame"),
    (b"\x89\xfe\x10\x00\0\0\0\0", "bad_frame"),  # a ping of 4 KiB
    (masked(8, b"\x03"), "bad_frame"),
    (masked(8, b"\x03\xe8\xff"), "bad_text"),
    (masked(TEXT, b"42\xff"), "bad_text"),
    (masked(BINARY, b"x"), "no_binary"),
    (b"\x81\xff" + b"\xff" * 8, "too_large"),
    (b"\x81\xff" + (2**20).to_bytes(8), "too_large"),
    (masked(TEXT, bytes(60_000), fin=False) + masked(0, bytes(60_000)), "too_large"),
    (masked(TEXT, b"", fin=False) + masked(0, b"", fin=False) * 5_000, "flood"),
    (masked(9, b"") * 400, "flood"),
]


@pytest.fixture
async def site(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Served]:
    """A site that has logged nothing but requests when the test is over."""
    with structlog.testing.capture_logs() as logged:
        async with served() as made:
            yield made
    assert {entry["event"] for entry in logged} <= {"http.request"}
    assert caplog.records == []


@pytest.fixture
async def other(site: Served) -> AsyncIterator[Client]:
    """Somebody who must not notice."""
    async with connected(site.port, auth={"token": "ben"}) as client:
        yield client
        assert "ok" in await client.call("test.echo", {"text": "a"})


async def test_a_bad_packet_ends_its_sender(site: Served, other: Client) -> None:
    for packet in PACKETS:
        async with connected(site.port, auth={"token": "ann"}) as ann:
            ann.packet(packet)
            closed = await ann.closed()
            assert (closed.status, closed.reason) == (1002, "bad_packet"), packet[:40]


@pytest.mark.parametrize(("data", "reason"), FRAMES, ids=range(len(FRAMES)))
async def test_a_bad_frame_ends_its_sender(
    site: Served, other: Client, data: bytes, reason: str
) -> None:
    for headers in ({}, {"Authorization": "Bearer ann"}):
        client = await upgraded(site.port, **headers)
        client.writer.write(data)
        assert (await client.closed()).reason == reason


async def test_a_huge_ping_is_echoed_when_it_is_allowed_and_no_larger(
    site: Served, other: Client
) -> None:
    async with connected(site.port, auth={"token": "ann"}) as ann:
        ann.frame(9, b"p" * 125)
        assert await ann.message() == (10, b"p" * 125)


async def test_packets_changed_at_random_have_an_outcome_and_harm_nobody(
    site: Served, other: Client
) -> None:
    """Each outcome is an acknowledgement or a typed close; the site's log stays empty."""
    chance = random.Random(20_260_312)
    seeds = [
        '42["test.echo",{"text":"a"}]',
        '427["test.echo",{"text":"a","times":3}]',
        '40{"token":"ann"}',
        '452-1["test.echo",{"_placeholder":true,"num":1}]',
        "41",
        "3",
    ]
    reasons: set[str] = set()
    for _ in range(300):
        async with connected(site.port, Authorization="Bearer ann") as ann:
            for _ in range(chance.randrange(1, 4)):
                ann.frame(chance.choice([TEXT, TEXT, TEXT, BINARY]), changed(chance, seeds))
            ann.frame(8, b"\x03\xe8")
            reasons.add((await ann.closed()).reason)
    assert reasons <= {"", "left", "bad_packet", "bad_text", "no_binary"}
    assert "bad_packet" in reasons


def changed(chance: random.Random, seeds: list[str]) -> bytes:
    packet = bytearray(chance.choice(seeds).encode())
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(packet) + 1)
        match chance.randrange(3):
            case 0:
                packet[at:at] = bytes([chance.randrange(256)])
            case 1:
                del packet[at : at + chance.randrange(1, 5)]
            case _:
                packet[at:at] = chance.choice(seeds).encode()[:at]
    return bytes(packet)
