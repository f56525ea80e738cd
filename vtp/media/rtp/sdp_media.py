"""One m-line of an offer: its codecs, header extensions, streams and layers. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace

from vtp.media.rtp.extensions import ROUTER_IDS
from vtp.media.rtp.ortc import MAX_LAYERS
from vtp.media.rtp.ortc_types import Direction, Kind, RtcpFeedback, RtpCodecParameters
from vtp.media.rtp.sdp_lines import WORD, BadSdp, Block

# Three layers with their repairs, and some more of those who list them twice.
MAX_SSRCS = 16
_MAX_FORMATS = 128
_MAX_PARAMETERS = 32
_MAX_FEEDBACK = 16

_KINDS: dict[str, Kind] = {"audio": "audio", "video": "video"}
_PROTOCOLS = {"UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF"}
_CODECS = {"opus", "h264", "vp8", "vp9", "av1", "rtx"}
_DIRECTIONS: tuple[Direction, ...] = ("sendrecv", "sendonly", "recvonly", "inactive")
_WAYS: dict[str | None, Direction] = {way: way for way in _DIRECTIONS}

_MEDIA = re.compile(
    rf"({WORD}{{1,32}}) ([0-9]{{1,5}})(?:/[0-9]{{1,5}})? ([A-Za-z0-9/.-]{{1,64}}) (.+)"
)
_FORMAT = re.compile(rf"{WORD}{{1,32}}")
_MID = re.compile(rf"{WORD}{{1,32}}")
_RTPMAP = re.compile(r"([0-9]{1,3}) ([A-Za-z0-9_.-]{1,32})/([0-9]{1,6})(?:/([0-9]{1,2}))?")
_FMTP = re.compile(r"([0-9]{1,3}) (.*)")
_FEEDBACK = re.compile(rf"([0-9]{{1,3}}|\*) ({WORD}{{1,64}})(?: ({WORD}{{1,64}}).*)?")
_EXTMAP = re.compile(r"([0-9]{1,5})(?:/(\w+))? ([!-~]{1,256})(?: .*)?", re.ASCII)
_SSRC = re.compile(r"([0-9]{1,10}) ([A-Za-z0-9-]{1,32})(?::([!-~]{0,255}).*)?")
_FID = re.compile(r"FID ([0-9]{1,10}) ([0-9]{1,10})")
_RID = re.compile(r"([A-Za-z0-9_-]{1,16}) (send|recv)(?: .*)?")
_SIMULCAST = re.compile(r"(?:recv [!-~]{1,256} )?send ([!-~]{1,256})(?: .*)?")


@dataclass(frozen=True, slots=True)
class Extension:
    uri: str
    id: int
    direction: Direction


@dataclass(frozen=True, slots=True)
class Source:
    ssrc: int
    rtx_ssrc: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One m-line. One without a `kind` cannot be used and is answered with port 0."""

    media: str
    protocol: str
    format: str
    mid: str
    kind: Kind | None = None
    direction: Direction = "sendrecv"
    codecs: tuple[RtpCodecParameters, ...] = ()
    extensions: tuple[Extension, ...] = ()
    sources: tuple[Source, ...] = ()
    cname: str = ""
    # Of the layers that are sent, in the order given.
    rids: tuple[str, ...] = ()


def section(block: Block, *, bundled: Container[str] | None, otherwise: Direction) -> Section:
    """Read one m-line; `otherwise` is the direction of the session."""
    parts = _MEDIA.fullmatch(block.media)
    if parts is None or int(parts[2]) > 65_535:
        raise BadSdp("An m-line cannot be read.")
    media, port, protocol = parts[1], int(parts[2]), parts[3]
    formats = parts[4].split(" ")
    if len(formats) > _MAX_FORMATS or not all(_FORMAT.fullmatch(one) for one in formats):
        raise BadSdp("The formats of an m-line cannot be read.")
    mid = block.first("mid")
    if mid is None or not _MID.fullmatch(mid):
        raise BadSdp("An m-line needs a mid.")
    bare = Section(media=media, protocol=protocol, format=formats[0], mid=mid)
    alive = port > 0 or block.has("bundle-only")
    together = (bundled is None or mid in bundled) and block.has("rtcp-mux")
    kind = _KINDS.get(media)
    if kind is None or protocol not in _PROTOCOLS or not (alive and together):
        return bare
    sources, cname = _sources(block)
    return replace(
        bare,
        kind=kind,
        direction=direction(block, otherwise=otherwise),
        codecs=tuple(_codecs(block, kind, formats)),
        extensions=tuple(_extensions(block)),
        sources=sources,
        cname=cname,
        rids=_rids(block),
    )


def direction(block: Block, *, otherwise: Direction) -> Direction:
    return next((one for one in _DIRECTIONS if block.has(one)), otherwise)


def _codecs(block: Block, kind: Kind, formats: list[str]) -> Iterator[RtpCodecParameters]:
    mapped = {m[1]: m for one in block.all("rtpmap") if (m := _RTPMAP.fullmatch(one))}
    spoken = {m[1]: m[2] for one in block.all("fmtp") if (m := _FMTP.fullmatch(one))}
    feedback = _feedback(block)
    if len(set(formats)) != len(formats):
        raise BadSdp("An m-line names a payload type twice.")
    for pt in formats:
        parts = mapped.get(pt)
        if parts is None or parts[2].lower() not in _CODECS or not _is_payload_type(pt):
            continue
        yield RtpCodecParameters(
            mime_type=f"{kind}/{parts[2]}",
            payload_type=int(pt),
            clock_rate=int(parts[3]),
            channels=int(parts[4] or 1) if kind == "audio" else None,
            parameters=_parameters(spoken.get(pt, "")),
            rtcp_feedback=tuple((feedback.get(pt, []) + feedback.get("*", []))[:_MAX_FEEDBACK]),
        )


def _is_payload_type(text: str) -> bool:
    # RFC 5761, 4: 64 to 95 would look like RTCP on the same port.
    return int(text) <= 63 or 96 <= int(text) <= 127


def _parameters(text: str) -> dict[str, str | int | float]:
    read: dict[str, str | int | float] = {}
    for part in text.split(";")[:_MAX_PARAMETERS]:
        name, equals, value = part.strip().partition("=")
        if equals and 0 < len(name) <= 64 and len(value) <= 256:
            read[name] = int(value) if re.fullmatch("0|[1-9][0-9]{0,8}", value) else value
    return read


def _feedback(block: Block) -> dict[str, list[RtcpFeedback]]:
    read: dict[str, list[RtcpFeedback]] = {}
    for one in block.all("rtcp-fb", most=512):
        if parts := _FEEDBACK.fullmatch(one):
            read.setdefault(parts[1], []).append(
                RtcpFeedback(type=parts[2], parameter=parts[3] or "")
            )
    return read


def _extensions(block: Block) -> Iterator[Extension]:
    for one in block.all("extmap", most=64):
        parts = _EXTMAP.fullmatch(one)
        if parts and parts[3] in ROUTER_IDS and 1 <= int(parts[1]) <= 255:
            yield Extension(parts[3], int(parts[1]), _WAYS.get(parts[2], "sendrecv"))


def _sources(block: Block) -> tuple[tuple[Source, ...], str]:
    """The streams with their repairs, and the name that they share."""
    cname, found = "", dict[int, None]()
    for one in block.all("ssrc"):
        parts = _SSRC.fullmatch(one)
        if parts is None or not 1 <= int(parts[1]) <= 0xFFFF_FFFF:
            raise BadSdp("An a=ssrc line cannot be read.")
        found[int(parts[1])] = None
        if parts[2] == "cname" and not cname:
            cname = parts[3] or ""
    if len(found) > MAX_SSRCS:
        raise BadSdp(f"An m-line has more than {MAX_SSRCS} SSRCs.")
    pairs = (_FID.fullmatch(one) for one in block.all("ssrc-group"))
    repairs = {int(m[1]): int(m[2]) for m in pairs if m and {int(m[1]), int(m[2])} <= found.keys()}
    streams = (ssrc for ssrc in found if ssrc not in repairs.values())
    return tuple(Source(ssrc, repairs.get(ssrc)) for ssrc in streams), cname


def _rids(block: Block) -> tuple[str, ...]:
    """Of alternatives the first is meant, and layers that begin paused count."""
    named = [m[1] for one in block.all("rid") if (m := _RID.fullmatch(one)) and m[2] == "send"]
    if len(named) > MAX_LAYERS or len(set(named)) != len(named):
        raise BadSdp(f"An m-line has at most {MAX_LAYERS} different rids to send.")
    sent = _SIMULCAST.fullmatch(block.first("simulcast") or "")
    if sent is None:
        return tuple(named) if len(named) == 1 else ()
    listed = [one.split(",")[0].removeprefix("~") for one in sent[1].split(";")]
    return tuple(rid for rid in dict.fromkeys(listed) if rid in named)
