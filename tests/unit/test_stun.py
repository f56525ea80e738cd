"""STUN as an ICE-lite agent needs it: checks are read and proved, and nothing hostile gets far."""

from __future__ import annotations

import ipaddress
import struct

from aioice import stun as peer
from hypothesis import example, given
from hypothesis import strategies as st

from vtp.media.rtp import stun

# RFC 5769 2.1 and its password.
REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff"
    "80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"
TRANSACTION = REQUEST[8:20]


def request(**attributes: object) -> peer.Message:
    return peer.Message(
        message_method=peer.Method.BINDING,
        message_class=peer.Class.REQUEST,
        attributes={"USERNAME": "ours:theirs", "PRIORITY": 1, **attributes},
    )


def sealed(message: peer.Message, password: bytes = b"secret") -> bytes:
    message.add_message_integrity(password)
    return bytes(message)


def test_the_request_of_the_standard_is_read_and_proved() -> None:
    found = stun.look(REQUEST)
    assert found is not None
    assert (found.local, found.remote, found.controlled) == (b"evtj", b"h6vY", True)
    assert found.transaction == TRANSACTION
    assert stun.authentic(REQUEST, found, PASSWORD)
    assert not stun.authentic(REQUEST, found, PASSWORD[:-1] + b"!")


def test_the_answer_holds_the_address_as_the_standard_masks_it() -> None:
    answer = stun.success(TRANSACTION, PASSWORD, bytes([192, 0, 2, 1]), 32853)
    assert answer[20:32] == bytes.fromhex("002000080001a147e112a643")
    host = ipaddress.IPv6Address("2001:db8:1234:5678:11:2233:4455:6677").packed
    answer = stun.success(TRANSACTION, PASSWORD, host, 32853)
    masked = "0020001400 02a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    assert answer[20:44] == bytes.fromhex(masked)


@given(
    host=st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)),
    port=st.integers(0, 65_535),
    transaction=st.binary(min_size=12, max_size=12),
    password=st.binary(min_size=1, max_size=64),
)
def test_another_stack_reads_our_answers(
    host: ipaddress.IPv4Address, port: int, transaction: bytes, password: bytes
) -> None:
    read = peer.parse_message(stun.success(transaction, password, host.packed, port))
    assert read.message_class is peer.Class.RESPONSE
    assert read.transaction_id == transaction
    assert read.attributes["XOR-MAPPED-ADDRESS"] == (str(host), port)
    assert read.check_message_integrity(password)
    refused = peer.parse_message(stun.role_conflict(transaction, password))
    assert refused.error_code == 487
    assert refused.check_message_integrity(password)


@given(st.booleans(), st.booleans(), st.text(max_size=40))
def test_requests_of_another_stack_are_read(nominate: bool, controlled: bool, name: str) -> None:
    extra: dict[str, object] = {"SOFTWARE": name}
    if nominate:
        extra["USE-CANDIDATE"] = None
    if controlled:
        extra["ICE-CONTROLLED"] = 1
    data = sealed(request(**extra))
    found = stun.look(data)
    assert found is not None
    assert (found.local, found.use_candidate, found.controlled) == (b"ours", nominate, controlled)
    assert stun.authentic(data, found, b"secret")


def test_what_stands_behind_the_proof_counts_for_nothing() -> None:
    message = request()
    data = sealed(message)[:-8]  # without its fingerprint
    data += struct.pack(">HH", 0x0025, 0)
    data = data[:2] + struct.pack(">H", len(data) - 20) + data[4:]
    found = stun.look(data)
    assert found is not None
    assert not found.use_candidate


def test_without_a_proof_nothing_is_authentic() -> None:
    data = bytes(request())
    found = stun.look(data)
    assert found is not None
    assert not stun.authentic(data, found, b"")


def test_a_fingerprint_that_is_wrong_is_no_request() -> None:
    data = sealed(request())
    assert stun.look(data) is not None
    assert stun.look(data[:-1] + bytes([data[-1] ^ 1])) is None


def test_all_but_requests_is_passed_over() -> None:
    for kind in (peer.Class.INDICATION, peer.Class.RESPONSE, peer.Class.ERROR):
        message = peer.Message(message_method=peer.Method.BINDING, message_class=kind)
        assert stun.look(bytes(message)) is None
    message = peer.Message(message_method=peer.Method.ALLOCATE, message_class=peer.Class.REQUEST)
    assert stun.look(bytes(message)) is None


# The fingerprint stands behind the proof, and proves nothing.
@given(st.integers(0, len(REQUEST) - 9), st.integers(1, 255))
def test_no_changed_request_is_authentic(at: int, change: int) -> None:
    data = bytearray(REQUEST)
    data[at] ^= change
    found = stun.look(bytes(data))
    assert found is None or not stun.authentic(bytes(data), found, PASSWORD)


@given(st.binary(max_size=200))
@example(b"")
@example(REQUEST[:20])
@example(REQUEST[:-4])
@example(REQUEST[:2] + b"\xff\xff" + REQUEST[4:])
def test_any_bytes_are_taken_quietly(data: bytes) -> None:
    found = stun.look(data)
    assert found is None or not stun.authentic(data, found, b"x" * 32)
