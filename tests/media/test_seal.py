"""Packets are encrypted as libsrtp does it, to the bit, and as its other end takes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from vtp.media.rtp.packet import HEAD
from vtp.media.sfu.library import ffi, view_of
from vtp.media.sfu.seal import SEALS
from vtp.media.sfu.srtp import SrtpOut

pytestmark = pytest.mark.skipif(not SEALS, reason="there is no compiler here")

CYCLE = 0x10000  # numbers that go on begin there
PROFILES = {
    28: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    44: Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
}


def session(agreed: bytes, direction: int) -> Session:
    policy = Policy(key=agreed, ssrc_type=direction, srtp_profile=PROFILES[len(agreed)])
    policy.allow_repeat_tx = True
    return Session(policy)


def packet(number: int, ssrc: int, payload: bytes) -> bytes:
    head = b"\x90\x65" + (number & 0xFFFF).to_bytes(2) + bytes(4) + ssrc.to_bytes(4)
    return head + b"\xbe\xde\x00\x03" + bytes(12) + payload


class Writer:
    """Who sends: with a cipher that is kept, or by libsrtp alone."""

    def __init__(self, agreed: bytes, *, kept: bool) -> None:
        out = session(agreed, Policy.SSRC_ANY_OUTBOUND)
        self.keys = SrtpOut(out, overhead=16, agreed=agreed if kept else b"")
        self._memory = ffi.new("char[]", 2048)
        self._length = ffi.new("int *")

    def write(self, data: bytes, number: int) -> bytes | None:
        view = view_of(self._memory)
        view[: len(data)] = data
        self._length[0] = len(data)
        if self.keys.protect(self._memory, self._length, number + CYCLE):
            return None
        return bytes(view[: self._length[0]])


agreements = st.binary(min_size=28, max_size=28) | st.binary(min_size=44, max_size=44)


@given(
    agreements,
    st.integers(0, 0x7FFF),
    st.lists(st.tuples(st.integers(1, 0x7000), st.binary(max_size=1_500)), max_size=12),
)
def test_the_same_bytes_leave(agreed: bytes, first: int, more: list[tuple[int, bytes]]) -> None:
    kept, theirs = Writer(agreed, kept=True), Writer(agreed, kept=False)
    other_end = session(agreed, Policy.SSRC_ANY_INBOUND)
    number = first
    for step, payload in [(0, b"the first"), *more]:
        number += step  # libsrtp is told of the numbers by what it sees of them
        for ssrc in (1, 0xFFFFFFFF):
            data = packet(number, ssrc, payload)
            sealed = kept.write(data, number)
            assert sealed == theirs.write(data, number)
            assert sealed is not None
            if len(payload) < 1_400:
                assert other_end.unprotect(sealed) == data


def test_a_stream_goes_on_over_the_end_of_its_numbers_also_late_and_again() -> None:
    agreed = bytes(range(28))
    kept, other_end = Writer(agreed, kept=True), session(agreed, Policy.SSRC_ANY_INBOUND)
    for number in [65_530, 65_535, 65_537, 65_536, 65_540, 91_000, 120_000, 131_072, 131_070]:
        data = packet(number, 7, b"%d" % number)
        sealed = kept.write(data, number)
        assert sealed is not None
        assert sealed == kept.write(data, number)
        assert other_end.unprotect(sealed) == data


def test_what_has_no_number_or_no_header_is_not_sent() -> None:
    kept = Writer(bytes(range(28)), kept=True)
    assert kept.write(packet(0, 7, b"payload"), -1) is None
    assert kept.write(bytes(HEAD - 1), 1) is None


def test_keys_of_other_ciphers_stay_with_libsrtp() -> None:
    assert Writer(bytes(range(28)), kept=False).keys.seal is None


def test_wrong_words_are_refused() -> None:
    from vtp.media.sfu import _native

    with pytest.raises(TypeError):
        _native.cipher(bytes(15))
    cipher = _native.cipher(bytes(16))
    with pytest.raises(TypeError):
        _native.seal(cipher, bytes(11), 0, 100, 1)
    with pytest.raises(TypeError):
        _native.seal(object(), bytes(12), 0, 100, 1)
    with pytest.raises(OSError, match="not loaded"):
        _native.openssl("/no/such/library.so")
