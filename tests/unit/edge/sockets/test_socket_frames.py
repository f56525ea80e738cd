"""WebSocket framing, beside aiohttp's own reader where both have an opinion."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from aiohttp._websocket.reader import WebSocketDataQueue
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import WebSocketReader
from hypothesis import given
from hypothesis import strategies as st

from tests.support.socket_client import masked
from vtp.edge.sockets import frames
from vtp.edge.sockets.frames import BadFrame, Deframer

LIMIT = 2000

opcodes = st.sampled_from([frames.TEXT, frames.BINARY])
payloads = st.binary(max_size=400)
messages = st.lists(st.tuples(opcodes, payloads), max_size=6)


def fed(data: bytes, *, cuts: list[int] | None = None, limit: int = LIMIT) -> list[Any]:
    """What comes out when `data` arrives in pieces."""
    deframer, out, at = Deframer(limit), [], 0
    for cut in [*sorted(cuts or []), len(data)]:
        out += deframer.feed(data[at:cut])
        at = max(at, cut)
    return out


@given(messages, st.lists(st.integers(0, 3000), max_size=8))
def test_messages_come_out_whole_however_they_are_cut(
    sent: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    data = b"".join(masked(opcode, payload) for opcode, payload in sent)
    assert fed(data, cuts=[min(cut, len(data)) for cut in cuts]) == sent


@given(st.lists(payloads, min_size=1, max_size=5), st.binary(max_size=125))
def test_fragments_become_one_message_and_a_ping_may_come_between(
    parts: list[bytes], ping: bytes
) -> None:
    data = b""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        data += masked(frames.TEXT if number == 0 else 0, part, fin=last)
        data += b"" if last else masked(frames.PING, ping)
    *pings, message = fed(data)
    assert message == (frames.TEXT, b"".join(parts))
    assert pings == [(frames.PING, ping)] * (len(parts) - 1)


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=4))
def test_any_bytes_are_messages_or_a_bad_frame(data: bytes, cuts: list[int]) -> None:
    _, status = outcome(data, [min(cut, len(data)) for cut in cuts])
    assert status in {None, frames.PROTOCOL_ERROR, frames.TOO_BIG, frames.POLICY}


mostly_frames = st.lists(
    st.one_of(
        st.builds(masked, st.integers(0, 15), st.binary(max_size=130), fin=st.booleans()),
        st.binary(min_size=1, max_size=8),
    ),
    max_size=5,
).map(b"".join)


@given(mostly_frames)
def test_it_reads_what_the_reader_of_aiohttp_reads(data: bytes) -> None:
    """Ours is stricter (it wants masks); what it takes, the other takes as the same."""
    ours, refused = outcome(data)
    if refused is None:
        taken, refused_there = theirs(data)
        # Close frames it checks on its way; for us that is the next step.
        assert refused_there or taken == [one for one in ours if one[0] != frames.CLOSE]
        assert not refused_there or any(one[0] == frames.CLOSE for one in ours)


def outcome(data: bytes, cuts: list[int] | None = None) -> tuple[list[Any], int | None]:
    try:
        return fed(data, cuts=cuts), None
    except BadFrame as error:
        return [], error.status


def theirs(data: bytes) -> tuple[list[tuple[int, bytes]], bool]:
    """What aiohttp takes before a close frame, and whether it refuses the rest."""
    loop = asyncio.new_event_loop()
    try:
        queue = WebSocketDataQueue(BaseProtocol(loop), 2**20, loop=loop)
        reader = WebSocketReader(queue, LIMIT + 1, compress=False, decode_text=False)
        reader.feed_data(data)
    finally:
        loop.close()
    taken = [(int(one.type), one.data) for one, _ in queue._buffer if int(one.type) != frames.CLOSE]
    return taken, queue.exception() is not None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x81\x05hello", frames.PROTOCOL_ERROR),  # without a mask
        (b"\xc1\x85\0\0\0\0", frames.PROTOCOL_ERROR),  # a reserved bit
        (b"\x83\x80\0\0\0\0", frames.PROTOCOL_ERROR),  # an unknown opcode
        (b"\x80\x80\0\0\0\0", frames.PROTOCOL_ERROR),  # a fragment of nothing
        (masked(1, b"a", fin=False) + masked(1, b"b"), frames.PROTOCOL_ERROR),
        (masked(9, b"a", fin=False), frames.PROTOCOL_ERROR),  # a control frame in fragments
        (b"\x89\xfe\0\x7e\0\0\0\0", frames.PROTOCOL_ERROR),  # a ping of 126 bytes
        (b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff", frames.TOO_BIG),  # 2^64 - 1 bytes
        (b"\x81\xfe\x07\xd1", frames.TOO_BIG),  # one more than the limit, by its header alone
        (masked(1, bytes(1500), fin=False) + b"\x80\xfe\x05\xdc", frames.TOO_BIG),
    ],
    ids=range(10),  # masks are random, names of tests are not
)
def test_a_bad_frame_says_why(data: bytes, status: int) -> None:
    with pytest.raises(BadFrame) as caught:
        fed(data)
    assert caught.value.status == status


def test_a_message_of_exactly_the_limit_is_taken() -> None:
    assert fed(masked(1, bytes(LIMIT))) == [(1, bytes(LIMIT))]


def test_tens_of_thousands_of_empty_frames_in_one_read_are_a_flood() -> None:
    with pytest.raises(BadFrame) as caught:
        fed(masked(1, b"", fin=False) + masked(0, b"", fin=False) * 40_000)
    assert caught.value.status == frames.POLICY


def test_a_message_that_comes_byte_by_byte_costs_no_copy_of_it_each_time() -> None:
    data = masked(1, bytes(60_000))
    started = time.process_time()
    assert fed(data, cuts=list(range(len(data))), limit=65_536) == [(1, bytes(60_000))]
    assert time.process_time() - started < 2  # copying all each time: 1.8 GB


@given(st.sampled_from([frames.TEXT, frames.BINARY, frames.PONG]), st.binary(max_size=70_000))
def test_what_the_server_sends_has_its_length_in_front(opcode: int, payload: bytes) -> None:
    made = frames.frame(opcode, payload)
    assert made.endswith(payload)
    assert made[0] == 0x80 | opcode
    head = len(made) - len(payload)
    length = made[1] if head == 2 else int.from_bytes(made[2:head])
    assert length == len(payload)


@pytest.mark.parametrize(
    ("payload", "status"),
    [(b"", 1005), (b"\x03\xe8", 1000), (b"\x03\xe9going", 1001), (b"\x0f\xa1", 4001)],
)
def test_a_close_frame_has_a_status(payload: bytes, status: int) -> None:
    assert frames.close_status(payload) == status


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (b"\x03", frames.PROTOCOL_ERROR),
        (b"\x03\xed", frames.PROTOCOL_ERROR),  # 1005 is never sent
        (b"\x00\x01", frames.PROTOCOL_ERROR),
        (b"\x03\xe8\xff", frames.BAD_TEXT),
    ],
)
def test_a_bad_close_frame_says_why(payload: bytes, status: int) -> None:
    with pytest.raises(BadFrame) as caught:
        frames.close_status(payload)
    assert caught.value.status == status
