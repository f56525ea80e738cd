"""Handshakes of aiortc on datagrams of ours, for the keys alone.

The one module that touches private members of aiortc; `tests/media/test_handshake.py` pins them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Literal, cast

from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceTransport
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AEAD_AES_256_GCM,
    SRTP_AES128_CM_SHA1_80,
    SRTP_PROFILES,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
)
from OpenSSL import SSL

from vtp.clock import Clock
from vtp.errors import Invalid
from vtp.media.rtp.ortc_types import DtlsFingerprint
from vtp.media.sfu.srtp import SrtpIn, SrtpOut

# As DTLS server our order wins, and this one costs half of the next.
_PROFILES = [
    profile
    for profile in (SRTP_AEAD_AES_128_GCM, SRTP_AEAD_AES_256_GCM, SRTP_AES128_CM_SHA1_80)
    if profile in SRTP_PROFILES
]
_TAG = 16
_SHORT_TAG = 10
_KNOWN = ("sha-256", "sha-384", "sha-512")
# All that one peer may send of DTLS. A handshake needs 2 KiB, and later comes a goodbye at most.
_BUDGET = 64 * 1024
_WAITING = 32
# Before the end of a certificate; far longer than a class.
_RENEW = timedelta(days=7)


class HandshakeFailed(Exception):
    """The other side and we did not agree on keys, or it is not who it said."""


class BadFingerprint(Invalid):
    """This browser names its certificate in a way that is not safe."""

    code = "bad_fingerprint"


class Certificates:
    """The certificate that we are recognised by; a new one before the old one ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._current: RTCCertificate | None = None

    def current(self) -> RTCCertificate:
        kept = self._current
        if kept is None or kept.expires - self._clock.now() < _RENEW:
            kept = self._current = RTCCertificate.generateCertificate()
        return kept


def fingerprint(certificate: RTCCertificate) -> DtlsFingerprint:
    """Only the last of several would be used by mediasoup-client, so there is one."""
    [value] = [f.value for f in certificate.getFingerprints() if f.algorithm == "sha-256"]
    return DtlsFingerprint(algorithm="sha-256", value=value)


def expected(fingerprints: Sequence[DtlsFingerprint]) -> RTCDtlsParameters:
    known = [
        RTCDtlsFingerprint(f.algorithm, f.value) for f in fingerprints if f.algorithm in _KNOWN
    ]
    if not known:
        raise BadFingerprint
    return RTCDtlsParameters(fingerprints=known)


class _Wire:
    """All that RTCDtlsTransport touches of the transport below it."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._now = send
        self.came: asyncio.Queue[bytes] = asyncio.Queue(_WAITING)

    async def _recv(self) -> bytes:
        return await self.came.get()

    async def _send(self, data: bytes) -> None:
        self._now(data)


class Dtls:
    """Our end of one association: `feed` it from the start, `handshake`, then `close`."""

    def __init__(
        self,
        certificate: RTCCertificate,
        send: Callable[[bytes], None],
        on_closed: Callable[[], None],
    ) -> None:
        self._wire = _Wire(send)
        self._dtls = RTCDtlsTransport(cast("RTCIceTransport", self._wire), [certificate])
        self._dtls._srtp_profiles = _PROFILES
        self._on_closed = on_closed
        self._left = _BUDGET
        self._closing = False
        self.called = asyncio.Event()  # something came

    def feed(self, datagram: bytes) -> bool:
        """False when that was too much for one peer."""
        if len(datagram) > self._left or self._wire.came.full():
            return False
        self._left -= len(datagram)
        self._wire.came.put_nowait(datagram)
        self.called.set()
        return True

    async def handshake(
        self, role: Literal["client", "server"], peer: RTCDtlsParameters
    ) -> tuple[SrtpIn, SrtpOut]:
        """Agree on keys with who owns the certificate that was promised. Takes no end by itself."""
        dtls = self._dtls
        dtls._set_role(role)
        await dtls.start(peer)
        ssl = dtls._ssl
        if dtls.state != "connected" or ssl is None:
            raise HandshakeFailed
        dtls.on("statechange", self._changed)
        if ssl.get_selected_srtp_profile() == SRTP_AES128_CM_SHA1_80.openssl_profile:
            tx = SrtpOut(dtls._tx_srtp, overhead=_SHORT_TAG)
        else:
            tx = SrtpOut(dtls._tx_srtp, overhead=_TAG, agreed=_agreed(ssl, role))
        return SrtpIn(dtls._rx_srtp), tx

    def _changed(self) -> None:
        if self._dtls.state == "closed" and not self._closing:
            self._on_closed()

    async def close(self) -> None:
        """Say goodbye where there is somebody to say it to."""
        self._closing = True
        await self._dtls.stop()
        # Its task was cancelled there and ends with the next round of the loop.
        await asyncio.sleep(0)


def _agreed(ssl: SSL.Connection, role: Literal["client", "server"]) -> bytes:
    """The key and the salt of what we send (RFC 5764 4.2)."""
    name = ssl.get_selected_srtp_profile()
    [profile] = [one for one in _PROFILES if one.openssl_profile == name]
    size = 2 * (profile.key_length + profile.salt_length)
    exported = ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", size)
    agreed: bytes = profile.get_key_and_salt(exported, role == "server")
    return agreed
