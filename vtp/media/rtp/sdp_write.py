"""The lines of an answer. Pure.

Everything from others that is written here was read by a pattern without spaces or line ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vtp.media.rtp.ortc_types import (
    Direction,
    IceCandidate,
    RtpCodecParameters,
    TransportParameters,
)
from vtp.media.rtp.sdp import Offer
from vtp.media.rtp.sdp_media import Extension, Section

# The address of whoever is not told by this line, but by its candidates.
_NOWHERE = "c=IN IP4 0.0.0.0"


def session(offer: Offer, mids: Sequence[str], session_id: int) -> Iterator[str]:
    yield "v=0"
    yield f"o=- {session_id} 1 IN IP4 127.0.0.1"
    yield "s=-"
    yield "t=0 0"
    yield "a=ice-lite"
    if offer.bundled:
        yield f"a=group:BUNDLE {' '.join(mids)}"
    if offer.mixed:
        yield "a=extmap-allow-mixed"
    yield "a=msid-semantic: WMS *"


def rejected(section: Section) -> Iterator[str]:
    yield f"m={section.media} 0 {section.protocol} {section.format}"
    yield _NOWHERE
    yield f"a=mid:{section.mid}"
    yield "a=inactive"


def media(
    section: Section,
    *,
    direction: Direction,
    codecs: Sequence[RtpCodecParameters],
    extensions: Sequence[Extension],
    transport: TransportParameters,
) -> Iterator[str]:
    formats = " ".join(str(one.payload_type) for one in codecs)
    # Port 9 is that of whoever has not been reached yet (RFC 8840, 4.1.1).
    yield f"m={section.media} 9 {section.protocol} {formats}"
    yield _NOWHERE
    yield f"a=mid:{section.mid}"
    yield f"a={direction}"
    yield from credentials(transport)
    yield from (
        f"a=fingerprint:{one.algorithm} {one.value}"
        for one in transport.dtls_parameters.fingerprints
    )
    begins = transport.dtls_parameters.role == "client"
    yield "a=setup:active" if begins else "a=setup:passive"
    yield "a=rtcp-mux"
    yield "a=rtcp-rsize"
    for one in extensions:
        way = "" if one.direction == "sendrecv" else f"/{one.direction}"
        yield f"a=extmap:{one.id}{way} {one.uri}"
    for codec in codecs:
        yield from _codec(codec)


def _codec(codec: RtpCodecParameters) -> Iterator[str]:
    pt, name = codec.payload_type, codec.mime_type.partition("/")[2]
    channels = f"/{codec.channels}" if (codec.channels or 1) > 1 else ""
    yield f"a=rtpmap:{pt} {name}/{codec.clock_rate}{channels}"
    for one in codec.rtcp_feedback:
        yield f"a=rtcp-fb:{pt} {one.type} {one.parameter}".rstrip()
    if codec.parameters:
        told = ";".join(f"{name}={value}" for name, value in codec.parameters.items())
        yield f"a=fmtp:{pt} {told}"


def credentials(transport: TransportParameters) -> Iterator[str]:
    yield f"a=ice-ufrag:{transport.ice_parameters.username_fragment}"
    yield f"a=ice-pwd:{transport.ice_parameters.password}"


def candidates(transport: TransportParameters) -> Iterator[str]:
    yield from (f"a=candidate:{_candidate(one)}" for one in transport.ice_candidates)
    yield "a=end-of-candidates"


def _candidate(one: IceCandidate) -> str:
    tcp = "" if one.tcp_type is None else f" tcptype {one.tcp_type}"
    return (
        f"{one.foundation} 1 {one.protocol} {one.priority} {one.address} {one.port}"
        f" typ {one.type}{tcp}"
    )
