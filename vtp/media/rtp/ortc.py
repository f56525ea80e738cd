"""ORTC: what a sender sends in our terms, and what each watcher is told to expect. Pure.

The router has one numbering of payload types and header extensions; senders have theirs, and
watchers are told the numbers that they announced themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vtp.errors import Invalid
from vtp.media.rtp import codecs
from vtp.media.rtp.codecs import Codec
from vtp.media.rtp.extensions import (
    ABS_SEND_TIME,
    AUDIO_LEVEL,
    MID,
    ORIENTATION,
    REPAIRED_RID,
    RID,
    TRANSPORT_CC,
    SenderIds,
)
from vtp.media.rtp.ortc_types import (
    Kind,
    RtcpFeedback,
    RtcpParameters,
    RtpCapabilities,
    RtpCodecCapability,
    RtpCodecParameters,
    RtpEncodingParameters,
    RtpHeaderExtensionParameters,
    RtpParameters,
    Rtx,
)

MAX_LAYERS = 3

_FIELDS = {
    MID: "mid",
    RID: "rid",
    REPAIRED_RID: "rrid",
    TRANSPORT_CC: "twcc",
    AUDIO_LEVEL: "level",
    ORIENTATION: "orientation",
}


class BadRtpParameters(Invalid):
    """What is to be sent is described in a way that cannot be forwarded."""

    code = "bad_rtp_parameters"


class CannotConsume(Invalid):
    """This device cannot decode that track."""

    code = "cannot_consume"


@dataclass(frozen=True, slots=True)
class Encoding:
    """One layer. Without `ssrc` it is found by its rid, or by the mid of the whole."""

    rid: str | None = None
    ssrc: int | None = None
    rtx_ssrc: int | None = None
    max_bitrate: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A track as its sender sends it: `pt`, `rtx_pt` and `ids` are the sender's numbers."""

    kind: Kind
    mime: str
    clock_rate: int
    channels: int | None
    pt: int
    rtx_pt: int | None
    router_pt: int
    router_rtx_pt: int | None
    # Of the codec, as watchers are told.
    fmtp: Mapping[str, int | str | float]
    ids: SenderIds
    encodings: tuple[Encoding, ...]
    cname: str
    mid: str | None
    nack: bool
    pli: bool
    twcc: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumed:
    """A track as one watcher gets it, in the watcher's numbers; an id of 0 is not negotiated."""

    parameters: RtpParameters
    pt: int
    rtx_pt: int | None
    ssrc: int
    rtx_ssrc: int | None
    clock_rate: int
    ast_id: int
    twcc_id: int
    # Audio level or video orientation.
    third_id: int
    nack: bool
    pli: bool
    twcc: bool


def router_capabilities(camera: Sequence[str] = (), *, alone: bool = False) -> RtpCapabilities:
    """What is forwarded. A sender takes the first codec it knows, so `camera` names the order.

    `alone` offers no others.
    """
    listed: list[RtpCodecCapability] = []
    for codec in codecs.in_order(camera, alone=alone):
        listed.append(_capability(codec))
        if codec.rtx_pt is not None:
            listed.append(
                RtpCodecCapability(
                    kind=codec.kind,
                    mime_type=f"{codec.kind}/rtx",
                    preferred_payload_type=codec.rtx_pt,
                    clock_rate=codec.clock_rate,
                    parameters={"apt": codec.pt},
                )
            )
    return RtpCapabilities(codecs=tuple(listed), header_extensions=codecs.EXTENSIONS)


def _capability(codec: Codec) -> RtpCodecCapability:
    return RtpCodecCapability(
        kind=codec.kind,
        mime_type=codec.mime,
        preferred_payload_type=codec.pt,
        clock_rate=codec.clock_rate,
        channels=codec.channels,
        parameters=dict(codec.parameters),
        rtcp_feedback=codec.feedback,
    )


def published(kind: Kind, parameters: RtpParameters) -> Published:
    """Read what a sender says about its track; only the first codec counts."""
    sent, codec = _sent_codec(kind, parameters)
    ids = _sender_ids(parameters.header_extensions)
    rtx_pt = _rtx_pt(parameters.codecs, kind, sent.payload_type, codec)
    feedback = _shared(codec.feedback, sent.rtcp_feedback)
    return Published(
        kind=kind,
        mime=codec.mime,
        clock_rate=codec.clock_rate,
        channels=codec.channels,
        pt=sent.payload_type,
        rtx_pt=rtx_pt,
        router_pt=codec.pt,
        router_rtx_pt=codec.rtx_pt,
        fmtp=codecs.passed_on(codec, sent.parameters),
        ids=ids,
        encodings=_encodings(kind, parameters, ids, repaired=rtx_pt is not None),
        cname=parameters.rtcp.cname,
        mid=parameters.mid,
        nack=_has(feedback, "nack"),
        pli=_has(feedback, "nack", "pli"),
        twcc=ids.twcc > 0 and _has(feedback, "transport-cc"),
    )


def _sent_codec(kind: Kind, parameters: RtpParameters) -> tuple[RtpCodecParameters, Codec]:
    if not parameters.codecs:
        raise BadRtpParameters("No codec is named.")
    sent = parameters.codecs[0]
    codec = codecs.matching(sent.mime_type, sent.clock_rate, sent.channels, sent.parameters)
    if codec is None or codec.kind != kind:
        raise BadRtpParameters(f"{sent.mime_type} with these parameters is not forwarded here.")
    _check_payload_type(sent.payload_type)
    return sent, codec


def _check_payload_type(pt: int) -> None:
    # RFC 5761, 4: with RTCP on the same port these would look like RTCP.
    if 64 <= pt <= 95:
        raise BadRtpParameters(f"Payload type {pt} cannot be told from RTCP.")


def _rtx_pt(sent: Sequence[RtpCodecParameters], kind: Kind, pt: int, codec: Codec) -> int | None:
    if codec.rtx_pt is None:
        return None
    for other in sent[1:]:
        if other.mime_type.lower() == f"{kind}/rtx" and other.parameters.get("apt") == pt:
            _check_payload_type(other.payload_type)
            if other.payload_type == pt:
                raise BadRtpParameters("Repairs need a payload type of their own.")
            return other.payload_type
    return None


def _sender_ids(extensions: Sequence[RtpHeaderExtensionParameters]) -> SenderIds:
    ids: dict[str, int] = {}
    taken: dict[int, str] = {}
    for extension in extensions:
        if taken.setdefault(extension.id, extension.uri) != extension.uri:
            raise BadRtpParameters(f"Two header extensions have the id {extension.id}.")
        if extension.uri in _FIELDS and not extension.encrypt:
            ids.setdefault(_FIELDS[extension.uri], extension.id)
    return SenderIds(**ids)


def _encodings(
    kind: Kind, parameters: RtpParameters, ids: SenderIds, *, repaired: bool
) -> tuple[Encoding, ...]:
    given = parameters.encodings
    if not 1 <= len(given) <= (MAX_LAYERS if kind == "video" else 1):
        raise BadRtpParameters("Sound has one layer, video has one to three.")
    read = tuple(_encoding(one, repaired=repaired) for one in given)
    _check_names(read)
    for one in read:
        if one.ssrc is None and not _can_be_found(one, ids, parameters.mid, alone=len(read) == 1):
            raise BadRtpParameters("A layer has neither an SSRC nor a rid that its packets carry.")
    return read


def _encoding(given: RtpEncodingParameters, *, repaired: bool) -> Encoding:
    return Encoding(
        rid=given.rid,
        ssrc=given.ssrc,
        rtx_ssrc=given.rtx.ssrc if repaired and given.rtx else None,
        max_bitrate=None if given.max_bitrate is None else int(given.max_bitrate),
    )


def _can_be_found(encoding: Encoding, ids: SenderIds, mid: str | None, *, alone: bool) -> bool:
    if encoding.rid is not None and ids.rid:
        return True
    return alone and mid is not None and ids.mid > 0


def _check_names(encodings: Sequence[Encoding]) -> None:
    rids = [one.rid for one in encodings if one.rid is not None]
    ssrcs = [n for one in encodings for n in (one.ssrc, one.rtx_ssrc) if n is not None]
    if len(set(rids)) != len(rids) or len(set(ssrcs)) != len(ssrcs):
        raise BadRtpParameters("Two layers have the same rid or SSRC.")


def can_consume(track: Published, capabilities: RtpCapabilities) -> bool:
    return _decoder(track, capabilities) is not None


def decodable(capabilities: RtpCapabilities) -> frozenset[str]:
    """The codecs of ours that somebody can decode, by their names."""
    found = (
        codecs.matching(one.mime_type, one.clock_rate, one.channels, one.parameters)
        for one in capabilities.codecs
    )
    return frozenset(codec.mime for codec in found if codec is not None)


def consumed(
    track: Published,
    capabilities: RtpCapabilities,
    *,
    ssrc: int,
    rtx_ssrc: int | None,
    cname: str,
    mid: str | None = None,
) -> Consumed:
    """How a track goes to one watcher.

    Sound and picture stay in step when both have one `cname`: some letters, no space.
    """
    decoder = _decoder(track, capabilities)
    if decoder is None:
        raise CannotConsume
    ids = _watcher_ids(track.kind, capabilities)
    rtx_pt = _decoder_rtx(decoder, capabilities) if rtx_ssrc is not None else None
    feedback = _feedback_to(track, decoder, measured=TRANSPORT_CC in ids)
    third = AUDIO_LEVEL if track.kind == "audio" else ORIENTATION
    return Consumed(
        parameters=RtpParameters(
            mid=mid,
            codecs=_watcher_codecs(track, decoder, rtx_pt, feedback),
            header_extensions=tuple(
                RtpHeaderExtensionParameters(uri=uri, id=number) for uri, number in ids.items()
            ),
            encodings=(_watcher_encoding(ssrc, rtx_ssrc if rtx_pt is not None else None),),
            rtcp=RtcpParameters(cname=cname, reduced_size=True),
        ),
        pt=decoder.preferred_payload_type,
        rtx_pt=rtx_pt,
        ssrc=ssrc,
        rtx_ssrc=rtx_ssrc if rtx_pt is not None else None,
        clock_rate=track.clock_rate,
        ast_id=ids.get(ABS_SEND_TIME, 0),
        twcc_id=ids.get(TRANSPORT_CC, 0) if _has(feedback, "transport-cc") else 0,
        third_id=ids.get(third, 0),
        nack=_has(feedback, "nack"),
        pli=_has(feedback, "nack", "pli"),
        twcc=_has(feedback, "transport-cc"),
    )


def _decoder(track: Published, capabilities: RtpCapabilities) -> RtpCodecCapability | None:
    for offered in capabilities.codecs:
        if 64 <= offered.preferred_payload_type <= 95:
            continue
        codec = codecs.matching(
            offered.mime_type, offered.clock_rate, offered.channels, offered.parameters
        )
        if codec is not None and codec.mime == track.mime:
            return offered
    return None


def _decoder_rtx(decoder: RtpCodecCapability, capabilities: RtpCapabilities) -> int | None:
    for offered in capabilities.codecs:
        if (
            offered.mime_type.lower() == "video/rtx"
            and offered.parameters.get("apt") == decoder.preferred_payload_type
            and offered.preferred_payload_type != decoder.preferred_payload_type
            and not 64 <= offered.preferred_payload_type <= 95
        ):
            return offered.preferred_payload_type
    return None


def _watcher_ids(kind: Kind, capabilities: RtpCapabilities) -> dict[str, int]:
    """What we put into packets for this watcher, and under which ids it knows it."""
    ours = {e.uri for e in codecs.EXTENSIONS if e.kind == kind and e.direction != "recvonly"}
    ids: dict[str, int] = {}
    for known in capabilities.header_extensions:
        wanted = known.kind == kind and known.uri in ours and known.uri not in ids
        # Above 14 only two-byte headers could carry it.
        if (
            wanted
            and known.direction in {"sendrecv", "recvonly"}
            and known.preferred_id <= 14
            and known.preferred_id not in ids.values()
        ):
            ids[known.uri] = known.preferred_id
    return ids


def _feedback_to(
    track: Published, decoder: RtpCodecCapability, *, measured: bool
) -> tuple[RtcpFeedback, ...]:
    """Sound is not measured: the video beside it says more about the way."""
    return tuple(
        one
        for one in _shared(codecs.forwarded(track.mime).feedback, decoder.rtcp_feedback)
        if one.type != "transport-cc" or (measured and track.kind == "video")
    )


def _watcher_codecs(
    track: Published,
    decoder: RtpCodecCapability,
    rtx_pt: int | None,
    feedback: tuple[RtcpFeedback, ...],
) -> tuple[RtpCodecParameters, ...]:
    media = RtpCodecParameters(
        mime_type=track.mime,
        payload_type=decoder.preferred_payload_type,
        clock_rate=track.clock_rate,
        channels=track.channels,
        parameters=codecs.in_words_of(track.fmtp, decoder.parameters),
        rtcp_feedback=feedback,
    )
    if rtx_pt is None:
        return (media,)
    repairs = RtpCodecParameters(
        mime_type="video/rtx",
        payload_type=rtx_pt,
        clock_rate=track.clock_rate,
        parameters={"apt": media.payload_type},
    )
    return media, repairs


def _watcher_encoding(ssrc: int, rtx_ssrc: int | None) -> RtpEncodingParameters:
    rtx = None if rtx_ssrc is None else Rtx(ssrc=rtx_ssrc)
    return RtpEncodingParameters(ssrc=ssrc, rtx=rtx)


def _shared(
    ours: Sequence[RtcpFeedback], theirs: Sequence[RtcpFeedback]
) -> tuple[RtcpFeedback, ...]:
    return tuple(one for one in ours if one in theirs)


def _has(feedback: Sequence[RtcpFeedback], type: str, parameter: str = "") -> bool:
    return RtcpFeedback(type=type, parameter=parameter) in feedback
