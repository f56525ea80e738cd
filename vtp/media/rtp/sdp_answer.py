"""Answers to offers: to who publishes one codec for each m-line, to who watches one track. Pure.

We are the lite agent, on one transport, and wait for the handshake unless they do. What we do
not take is answered with port 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from vtp.media.rtp import codecs
from vtp.media.rtp.codecs import Codec
from vtp.media.rtp.ortc import Consumed
from vtp.media.rtp.ortc_types import (
    Direction,
    DtlsRole,
    Kind,
    RtcpParameters,
    RtpCapabilities,
    RtpCodecCapability,
    RtpCodecParameters,
    RtpEncodingParameters,
    RtpHeaderExtension,
    RtpHeaderExtensionParameters,
    RtpParameters,
    Rtx,
    TransportParameters,
)
from vtp.media.rtp.sdp import Offer
from vtp.media.rtp.sdp_lines import BadSdp
from vtp.media.rtp.sdp_media import Extension, Section
from vtp.media.rtp.sdp_write import candidates, media, rejected, session


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an m-line will bring; `ortc.published` reads it like that of any other sender."""

    kind: Kind
    mid: str
    parameters: RtpParameters


@dataclass(frozen=True, slots=True)
class Given:
    """What an m-line will carry. One `stream` for sound and picture that belong together."""

    consumed: Consumed
    stream: str
    track: str


def publish_answer(
    offer: Offer, transport: TransportParameters, *, camera: Sequence[str] = (), session_id: int
) -> tuple[str, tuple[Accepted, ...]]:
    """Take one m-line of sound and one of video, each in the first codec of ours it offers."""
    transport = _towards(offer, transport)
    order = codecs.in_order(camera)
    accepted: dict[Kind, Accepted] = {}
    bodies: dict[str, list[str]] = {}
    for section in offer.sections:
        chosen = _chosen(section, order)
        if section.kind is None or section.kind in accepted or chosen is None:
            continue
        parameters = _sent(section, section.kind, chosen)
        accepted[section.kind] = Accepted(section.kind, section.mid, parameters)
        bodies[section.mid] = list(_receiving(section, chosen, parameters, transport))
    if not accepted:
        raise BadSdp("Nothing is offered that could be sent here.")
    return _written(offer, transport, bodies, session_id), tuple(accepted.values())


def watch_answer(
    offer: Offer, transport: TransportParameters, given: Mapping[str, Given], *, session_id: int
) -> str:
    """`given` by mid, each made by `ortc.consumed` from `capabilities_of` that m-line."""
    transport = _towards(offer, transport)
    bodies = {
        section.mid: list(_sending(section, given[section.mid], transport))
        for section in offer.sections
        if section.mid in given
    }
    if not bodies:
        raise BadSdp("Nothing is offered that could be watched here.")
    return _written(offer, transport, bodies, session_id)


def capabilities_of(section: Section) -> RtpCapabilities:
    """What a watcher can decode in this m-line, in its own numbers; nothing when it only sends."""
    if section.kind is None or section.direction not in {"sendrecv", "recvonly"}:
        return RtpCapabilities()
    kind = section.kind
    return RtpCapabilities(
        codecs=tuple(
            RtpCodecCapability(
                kind=kind,
                mime_type=one.mime_type,
                preferred_payload_type=one.payload_type,
                clock_rate=one.clock_rate,
                channels=one.channels,
                parameters=one.parameters,
                rtcp_feedback=one.rtcp_feedback,
            )
            for one in section.codecs
        ),
        header_extensions=tuple(
            RtpHeaderExtension(kind=kind, uri=one.uri, preferred_id=one.id, direction=one.direction)
            for one in section.extensions
        ),
    )


def _towards(offer: Offer, transport: TransportParameters) -> TransportParameters:
    """With our role in the handshake: the one that they left."""
    role: DtlsRole = "client" if offer.dtls.role == "server" else "server"
    dtls = msgspec.structs.replace(transport.dtls_parameters, role=role)
    return msgspec.structs.replace(transport, dtls_parameters=dtls)


def _written(
    offer: Offer,
    transport: TransportParameters,
    bodies: Mapping[str, list[str]],
    session_id: int,
) -> str:
    lines = list(
        session(offer, [one.mid for one in offer.sections if one.mid in bodies], session_id)
    )
    first = True
    for section in offer.sections:
        if section.mid not in bodies:
            lines += rejected(section)
            continue
        lines += bodies[section.mid]
        # The others share the way of the first.
        if first:
            lines += candidates(transport)
            first = False
    return "\r\n".join((*lines, ""))


@dataclass(frozen=True, slots=True)
class _Chosen:
    codec: Codec
    media: RtpCodecParameters
    rtx: RtpCodecParameters | None

    @property
    def all(self) -> tuple[RtpCodecParameters, ...]:
        return (self.media,) if self.rtx is None else (self.media, self.rtx)


def _chosen(section: Section, order: Sequence[Codec]) -> _Chosen | None:
    if section.direction not in {"sendrecv", "sendonly"}:
        return None
    for codec in order:
        for one in section.codecs:
            if codec is codecs.matching(
                one.mime_type, one.clock_rate, one.channels, one.parameters
            ):
                return _Chosen(codec, one, _repairs(section, one))
    return None


def _repairs(section: Section, of: RtpCodecParameters) -> RtpCodecParameters | None:
    for one in section.codecs:
        if one.mime_type.lower() == "video/rtx" and one.parameters.get("apt") == of.payload_type:
            return one
    return None


def _sent(section: Section, kind: Kind, chosen: _Chosen) -> RtpParameters:
    """What the m-line will send once it has our answer."""
    return RtpParameters(
        mid=section.mid,
        codecs=chosen.all,
        header_extensions=tuple(
            RtpHeaderExtensionParameters(uri=one.uri, id=one.id)
            for one in _read_by_us(section, kind)
        ),
        encodings=tuple(_layers(section)),
        rtcp=RtcpParameters(cname=section.cname, reduced_size=True),
    )


def _layers(section: Section) -> Iterator[RtpEncodingParameters]:
    """Named layers are found by name, whatever SSRCs are listed beside them."""
    for rid in section.rids:
        yield RtpEncodingParameters(rid=rid)
    if section.rids:
        return
    for source in section.sources:
        rtx = None if source.rtx_ssrc is None else Rtx(ssrc=source.rtx_ssrc)
        yield RtpEncodingParameters(ssrc=source.ssrc, rtx=rtx)
    if not section.sources:
        # Found by its mid.
        yield RtpEncodingParameters()


def _read_by_us(section: Section, kind: Kind) -> list[Extension]:
    ours = {e.uri for e in codecs.EXTENSIONS if e.kind == kind and e.direction != "sendonly"}
    return [
        one
        for one in section.extensions
        if one.uri in ours and one.direction in {"sendrecv", "sendonly"}
    ]


def _receiving(
    section: Section, chosen: _Chosen, parameters: RtpParameters, transport: TransportParameters
) -> Iterator[str]:
    answered = RtpCodecParameters(
        mime_type=chosen.codec.mime,
        payload_type=chosen.media.payload_type,
        clock_rate=chosen.codec.clock_rate,
        channels=chosen.codec.channels,
        parameters=codecs.wished(chosen.codec, chosen.media.parameters),
        rtcp_feedback=tuple(
            one for one in chosen.codec.feedback if one in chosen.media.rtcp_feedback
        ),
    )
    repairs = [
        RtpCodecParameters(
            mime_type=one.mime_type,
            payload_type=one.payload_type,
            clock_rate=one.clock_rate,
            parameters={"apt": answered.payload_type},
        )
        for one in chosen.all[1:]
    ]
    yield from media(
        section,
        direction="recvonly",
        codecs=(answered, *repairs),
        extensions=_with_directions(section, parameters.header_extensions, "recvonly"),
        transport=transport,
    )
    if section.rids:
        yield from (f"a=rid:{rid} recv" for rid in section.rids)
    if len(section.rids) > 1:
        yield f"a=simulcast:recv {';'.join(section.rids)}"


def _sending(section: Section, given: Given, transport: TransportParameters) -> Iterator[str]:
    parameters = given.consumed.parameters
    yield from media(
        section,
        direction="sendonly",
        codecs=parameters.codecs,
        extensions=_with_directions(section, parameters.header_extensions, "sendonly"),
        transport=transport,
    )
    yield f"a=msid:{given.stream} {given.track}"
    ssrcs = [one for one in (given.consumed.ssrc, given.consumed.rtx_ssrc) if one is not None]
    if len(ssrcs) > 1:
        yield f"a=ssrc-group:FID {ssrcs[0]} {ssrcs[1]}"
    yield from (f"a=ssrc:{ssrc} cname:{parameters.rtcp.cname}" for ssrc in ssrcs)


def _with_directions(
    section: Section, agreed: Sequence[RtpHeaderExtensionParameters], ours: Direction
) -> list[Extension]:
    """What was offered for one way is answered for one way (RFC 8285, 6)."""
    both = {one.uri for one in section.extensions if one.direction == "sendrecv"}
    return [Extension(one.uri, one.id, "sendrecv" if one.uri in both else ours) for one in agreed]
