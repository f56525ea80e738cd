"""What mediasoup-client and the server say to each other, name by name, bounded. Pure.

Fields that we do not use are not declared: what a newer client adds is passed over, not refused.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Kind = Literal["audio", "video"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
DtlsRole = Literal["auto", "client", "server"]

PayloadType = Annotated[int, Meta(ge=0, le=127, examples=[101])]
# 0 is a number that RTCP uses for "nobody".
Ssrc = Annotated[int, Meta(ge=1, le=0xFFFF_FFFF, examples=[2_882_400_018])]
# Up to 14 in one-byte headers; senders may use two-byte ones.
ExtensionId = Annotated[int, Meta(ge=1, le=255, examples=[5])]
# "$" alone would also take a line feed after it.
MimeType = Annotated[
    str,
    Meta(
        max_length=64,
        pattern=r"^[A-Za-z]{5}/[A-Za-z0-9.+_-]+$(?!\n)",
        examples=["video/H264"],
    ),
]
Uri = Annotated[
    str, Meta(min_length=1, max_length=256, examples=["urn:ietf:params:rtp-hdrext:sdes:mid"])
]
ClockRate = Annotated[int, Meta(ge=1, le=1_000_000, examples=[90_000])]
Channels = Annotated[int, Meta(ge=1, le=64, examples=[2])]
# What the header extension of RFC 8852 can carry, in its one-byte form.
Rid = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,16}$(?!\n)", examples=["r0"])]
Mid = Annotated[str, Meta(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,32}$(?!\n)", examples=["0"])]
# Browsers take no spaces in it.
Cname = Annotated[str, Meta(pattern=r"^[!-~]{0,255}$(?!\n)", examples=["q3xE0uXbLSy0T4Vv"])]
_Name = Annotated[str, Meta(max_length=64)]
_Number = Annotated[int, Meta(ge=-(2**53), le=2**53)]
_Value = Annotated[str, Meta(max_length=256)] | _Number | float
# Of a codec, as in a=fmtp.
Parameters = Annotated[dict[_Name, _Value], Meta(max_length=32)]


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    pass


class RtcpFeedback(Wire, frozen=True, kw_only=True):
    type: _Name
    parameter: _Name = ""


Feedback = Annotated[tuple[RtcpFeedback, ...], Meta(max_length=16)]


class RtpCodecCapability(Wire, frozen=True, kw_only=True):
    kind: Kind
    mime_type: MimeType
    preferred_payload_type: PayloadType
    clock_rate: ClockRate
    channels: Channels | None = None
    parameters: Parameters = msgspec.field(default_factory=dict)
    rtcp_feedback: Feedback = ()


class RtpHeaderExtension(Wire, frozen=True, kw_only=True):
    kind: Kind
    uri: Uri
    preferred_id: ExtensionId
    direction: Direction = "sendrecv"


class RtpCapabilities(Wire, frozen=True, kw_only=True):
    codecs: Annotated[tuple[RtpCodecCapability, ...], Meta(max_length=128)] = ()
    header_extensions: Annotated[tuple[RtpHeaderExtension, ...], Meta(max_length=64)] = ()


class RtpCodecParameters(Wire, frozen=True, kw_only=True):
    mime_type: MimeType
    payload_type: PayloadType
    clock_rate: ClockRate
    channels: Channels | None = None
    parameters: Parameters = msgspec.field(default_factory=dict)
    rtcp_feedback: Feedback = ()


class RtpHeaderExtensionParameters(Wire, frozen=True, kw_only=True):
    uri: Uri
    id: ExtensionId
    encrypt: bool = False


class Rtx(Wire, frozen=True, kw_only=True):
    ssrc: Ssrc


class RtpEncodingParameters(Wire, frozen=True, kw_only=True):
    rid: Rid | None = None
    ssrc: Ssrc | None = None
    rtx: Rtx | None = None
    max_bitrate: Annotated[float, Meta(ge=0, le=1e12)] | None = None


class RtcpParameters(Wire, frozen=True, kw_only=True):
    cname: Cname = ""
    reduced_size: bool = False


class RtpParameters(Wire, frozen=True, kw_only=True):
    mid: Mid | None = None
    codecs: Annotated[tuple[RtpCodecParameters, ...], Meta(max_length=128)]
    header_extensions: Annotated[tuple[RtpHeaderExtensionParameters, ...], Meta(max_length=64)] = ()
    encodings: Annotated[tuple[RtpEncodingParameters, ...], Meta(max_length=16)] = ()
    rtcp: RtcpParameters = RtcpParameters()


class IceParameters(Wire, frozen=True, kw_only=True):
    username_fragment: Annotated[str, Meta(min_length=4, max_length=256)]
    password: Annotated[str, Meta(min_length=22, max_length=256)]
    ice_lite: bool = False


class IceCandidate(Wire, frozen=True, kw_only=True):
    foundation: Annotated[str, Meta(min_length=1, max_length=32)]
    priority: Annotated[int, Meta(ge=0, le=0xFFFF_FFFF)]
    address: Annotated[str, Meta(min_length=1, max_length=255)]
    protocol: Literal["udp", "tcp"]
    port: Annotated[int, Meta(ge=0, le=65_535)]
    type: Literal["host", "srflx", "prflx", "relay"]
    tcp_type: Literal["active", "passive", "so"] | None = None


class DtlsFingerprint(Wire, frozen=True, kw_only=True):
    algorithm: Literal["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"]
    value: Annotated[
        str, Meta(max_length=191, pattern=r"^([0-9A-Fa-f]{2}:){19,63}[0-9A-Fa-f]{2}$(?!\n)")
    ]


class DtlsParameters(Wire, frozen=True, kw_only=True, omit_defaults=False):
    # mediasoup-client reads `role`, and uses only the last fingerprint.
    role: DtlsRole = "auto"
    fingerprints: Annotated[tuple[DtlsFingerprint, ...], Meta(min_length=1, max_length=8)]


class TransportParameters(Wire, frozen=True, kw_only=True):
    """How our end of one transport is reached and recognised."""

    ice_parameters: IceParameters
    ice_candidates: tuple[IceCandidate, ...]
    dtls_parameters: DtlsParameters
