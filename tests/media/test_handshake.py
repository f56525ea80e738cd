"""What we rely on of aiortc and pylibsrtp beyond their promises; who upgrades them looks here."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from importlib import metadata

import pytest
from aiortc import RTCCertificate, RTCDtlsTransport
from aiortc.rtcdtlstransport import RTCDtlsParameters
from pylibsrtp import Policy, Session

from tests.support.egress import rtp
from tests.support.media_door import Heard
from vtp.clock import SetClock, SystemClock
from vtp.media.sfu import dtls
from vtp.media.sfu.dtls import Certificates, Dtls, HandshakeFailed, fingerprint
from vtp.media.sfu.library import ffi, srtp_protect, srtp_unprotect, view_of

_CERTIFICATE = RTCCertificate.generateCertificate()


def parameters(certificate: RTCCertificate = _CERTIFICATE) -> RTCDtlsParameters:
    return dtls.expected([fingerprint(certificate)])


class Ends:
    """Two ends of ours that feed each other."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.one = Dtls(_CERTIFICATE, self.to_other, lambda: self.closed.append("one"))
        self.other = Dtls(_CERTIFICATE, self.to_one, lambda: self.closed.append("other"))

    def to_other(self, data: bytes) -> None:
        assert self.other.feed(data)

    def to_one(self, data: bytes) -> None:
        assert self.one.feed(data)


def test_the_versions_are_those_that_were_read() -> None:
    assert metadata.version("aiortc").startswith("1.16.")
    assert metadata.version("pylibsrtp").startswith("1.0.")


def test_the_members_that_we_touch_are_there() -> None:
    made = Dtls(_CERTIFICATE, lambda _: None, lambda: None)
    inner = made._dtls
    for name in ("_set_role", "_srtp_profiles", "_rx_srtp", "_tx_srtp", "_ssl", "start", "stop"):
        assert hasattr(inner, name), name
    assert inner.state == "new"
    assert [profile.openssl_profile for profile in inner._srtp_profiles] == [
        b"SRTP_AEAD_AES_128_GCM",
        b"SRTP_AEAD_AES_256_GCM",
        b"SRTP_AES128_CM_SHA1_80",
    ]


def test_of_the_transport_below_three_members_are_touched() -> None:
    names = {
        name
        for function in vars(RTCDtlsTransport).values()
        for code in [getattr(getattr(function, "fget", function), "__code__", None)]
        if code is not None
        for name in code.co_names
        if name in {"_recv", "_send", "role", "_connection", "iceGatherer", "_remote_candidates"}
    }
    assert names == {"_recv", "_send", "role"}


async def test_two_ends_agree_on_keys_and_say_goodbye() -> None:
    ends = Ends()
    (rx, tx), (other_rx, _) = await asyncio.gather(
        ends.one.handshake("client", parameters()), ends.other.handshake("server", parameters())
    )
    del rx
    memory, size = ffi.new("char[]", 2048), ffi.new("int *")
    packet = rtp(1, b"plain")
    view_of(memory)[: len(packet)] = packet
    size[0] = len(packet)
    assert srtp_protect(tx.handle, memory, size) == 0
    assert size[0] == len(packet) + tx.overhead
    assert other_rx.rtp(packet[8:12], memory, size[0]) == len(packet)
    assert bytes(view_of(memory)[: len(packet)]) == packet
    await ends.one.close()
    await Heard().until(lambda: ends.closed)
    assert ends.closed == ["other"]
    await ends.other.close()


async def test_another_certificate_than_promised_is_refused() -> None:
    ends = Ends()
    another = RTCCertificate.generateCertificate()
    results = await asyncio.gather(
        ends.one.handshake("client", parameters()),
        ends.other.handshake("server", parameters(another)),
        return_exceptions=True,
    )
    assert isinstance(results[1], HandshakeFailed)
    await ends.one.close()
    await ends.other.close()


async def test_one_peer_may_not_fill_the_memory() -> None:
    end = Dtls(_CERTIFICATE, lambda _: None, lambda: None)
    took = [end.feed(b"\x16" + bytes(999)) for _ in range(1000)]
    assert sum(took) == 32
    end = Dtls(_CERTIFICATE, lambda _: None, lambda: None)
    reading = asyncio.create_task(end.handshake("server", parameters()))
    for _ in range(100):
        took.append(end.feed(b"\x14" + bytes(999)))
        await asyncio.sleep(0)
    assert sum(took[1000:]) == 65
    reading.cancel()
    await asyncio.wait([reading])
    await end.close()


def test_packets_longer_than_those_of_sessions_are_protected_in_place() -> None:
    """`Session.protect` stops at 1356 bytes; what browsers send may be longer with our header."""
    key = bytes(range(28))
    ends = []
    for direction in (Policy.SSRC_ANY_OUTBOUND, Policy.SSRC_ANY_INBOUND):
        profile = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
        ends.append(Session(Policy(key=key, ssrc_type=direction, srtp_profile=profile)))
    memory, size = ffi.new("char[]", 2048), ffi.new("int *")
    packet = rtp(1, bytes(1490))
    view_of(memory)[: len(packet)] = packet
    size[0] = len(packet)
    assert srtp_protect(ends[0]._srtp[0], memory, size) == 0
    assert srtp_unprotect(ends[1]._srtp[0], memory, size) == 0
    assert bytes(view_of(memory)[: size[0]]) == packet


def test_a_certificate_is_replaced_before_it_ends() -> None:
    clock = SetClock(at=SystemClock().now())
    certificates = Certificates(clock)
    first = certificates.current()
    clock.advance(timedelta(days=20).total_seconds())
    assert certificates.current() is first
    clock.advance(timedelta(days=5).total_seconds())
    assert certificates.current() is not first


def test_one_fingerprint_is_told() -> None:
    told = fingerprint(_CERTIFICATE)
    assert told.algorithm == "sha-256"
    with pytest.raises(dtls.BadFingerprint):
        dtls.expected([])
