"""The boundary of the parser: whatever is sent is a packet, or is refused by type."""

from __future__ import annotations

import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.edge.sockets import frames, packets
from vtp.edge.sockets.packets import BadPacket, Binary, Connect, Event, Leave, Pong, parse

jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ids = st.none() | st.integers(0, 10**15 - 1)


def outcome(payload: bytes) -> packets.Packet | str:
    try:
        return parse(payload)
    except BadPacket:
        return "bad packet"
    except frames.BadFrame as error:
        return "bad text" if error.status == frames.BAD_TEXT else "bad frame"


@given(st.text(max_size=30), jsons, ids, st.sampled_from(["", "/admin,", "/a?b=c,"]))
def test_an_event_is_read_as_it_was_meant(name: str, body: Any, id: int | None, ns: str) -> None:
    digits = "" if id is None else str(id)
    read = parse(f"42{ns}{digits}{json.dumps([name, body])}".encode())
    assert isinstance(read, Event)
    assert (read.name, read.id, read.odd) == (name, id, False)
    assert read.namespace == (ns.rstrip(",").partition("?")[0] or "/")
    assert read.body is not None
    assert msgspec.json.decode(read.body) == body


@given(st.binary(max_size=80))
def test_any_bytes_have_an_outcome(payload: bytes) -> None:
    assert outcome(payload) != "bad frame"


@given(st.text(alphabet='0123456789-/,[]{}":?ab\\ué ', max_size=40))
def test_any_text_that_looks_like_packets_has_an_outcome(text: str) -> None:
    assert outcome(text.encode()) not in {"bad frame", "bad text"}


@given(st.integers(0, 6), st.integers(-(10**12), 10**12), jsons)
def test_attachments_are_one_to_ten_or_the_packet_is_bad(kind: int, count: int, body: Any) -> None:
    read = outcome(f"4{kind}{count}-{json.dumps(['a', body])}".encode())
    if kind == 5 and 1 <= count <= 10:
        assert read == Binary("/", None, count)
    else:
        assert read == "bad packet"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("3", Pong()),
        ("1", Leave("/")),
        ("41", Leave("/")),
        ("41/admin,", Leave("/admin")),
        ("40", Connect("/", b"")),
        ('40{"token":"x"}', Connect("/", b'{"token":"x"}')),
        ("40/admin,{}", Connect("/admin", b"{}")),
        ('42["a"]', Event("/", None, "a", None)),
        ('420["a",null]', Event("/", 0, "a", b"null")),
        ('427["a",{},1]', Event("/", 7, "a", b"{}", odd=True)),
        ('4252["a",{"x":[1]}]', Event("/", 52, "a", b'{"x":[1]}')),
        ('452-7["a",{"_placeholder":true,"num":0}]', Binary("/", 7, 2)),
    ],
)
def test_what_clients_say_is_understood(sent: str, read: packets.Packet) -> None:
    assert parse(sent.encode()) == read


DEEP = "[" * 60_000


@pytest.mark.parametrize(
    "sent",
    [
        "",
        *"02456b789x",  # open, ping, empty message, upgrade, noop, base64 and nonsense
        "2probe",
        "bAAAA",
        "47[]",
        "43[1]",  # nobody asked for this acknowledgement
        '4312["a"]',
        '44{"message":"no"}',
        '461-["a"]',
        "40[]",
        "40" + '{"a":' * 20_000,
        "4012{}",
        "41{}",
        "411",
        "42",
        "42{}",
        "42[]",
        "42[1]",
        '42["a"',
        '42["a"]x',
        '421-["a"]',
        '42/a["a"]',
        '421234567890123456["a"]',
        '42\u0661["a"]',  # a digit, but not one of ours
        '45["a"]',
        '45-1-["a"]',
        '450-["a"]',
        '451000000000-["a"]',
        '42["a",' + DEEP,
        '42["a",' + DEEP + "]" * 60_000 + "]",
        '42["\\ud800"]',
    ],
    ids=lambda sent: sent[:20],
)
def test_what_no_client_may_say_is_refused(sent: str) -> None:
    started = time.process_time()
    assert outcome(sent.encode()) == "bad packet"
    assert time.process_time() - started < 0.5


def test_text_that_is_not_utf8_is_refused() -> None:
    assert outcome(b'42["\xff"]') == "bad text"


def test_what_the_server_says_is_what_the_protocol_says() -> None:
    assert packets.PING == b"\x81\x012"
    assert packets.LEFT == b"\x81\x0241"
    assert packets.connected("s").endswith(b'40{"sid":"s"}')
    assert packets.ack(7, b'{"ok":1}').endswith(b'437[{"ok":1}]')
    assert packets.event("a.b", {"c": 1}).endswith(b'42["a.b",{"c":1}]')
    assert packets.refused("/x", "No.", {"code": "n"}).endswith(
        b'44/x,{"message":"No.","data":{"code":"n"}}'
    )
    opening = packets.opening("s", ping_interval=25, ping_timeout=20.5, limit=9)
    assert json.loads(opening[opening.index(b"{") :]) == {
        "sid": "s",
        "upgrades": [],
        "pingInterval": 25_000,
        "pingTimeout": 20_500,
        "maxPayload": 9,
    }
