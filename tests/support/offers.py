"""Offers as real clients write them, in tests/support/sdp, and an answer's lines."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from tests.support.ortc_page import NOWHERE
from vtp.errors import Invalid
from vtp.media.rtp import ortc, sdp, sdp_answer
from vtp.media.rtp.codecs import in_order
from vtp.media.rtp.ortc_types import RtpCodecParameters, RtpEncodingParameters, RtpParameters
from vtp.media.rtp.sdp import Offer

_FOLDER = Path(__file__).parent / "sdp"


def names(*, having: str = "") -> list[str]:
    return sorted(path.stem for path in _FOLDER.glob("*.sdp") if having in path.stem)


def text(name: str) -> str:
    return (_FOLDER / f"{name}.sdp").read_bytes().decode()


def offer(name: str) -> Offer:
    return sdp.parse_offer(text(name))


def a_track(mime: str) -> ortc.Published:
    """A track of the router that somebody sends."""
    codec = next(one for one in in_order(()) if one.mime == mime)
    return ortc.published(
        codec.kind,
        RtpParameters(
            codecs=(
                RtpCodecParameters(
                    mime_type=codec.mime,
                    payload_type=codec.pt,
                    clock_rate=codec.clock_rate,
                    channels=codec.channels,
                    parameters=dict(codec.parameters),
                    rtcp_feedback=codec.feedback,
                ),
            ),
            encodings=(RtpEncodingParameters(ssrc=1),),
        ),
    )


TRACKS = [a_track(mime) for mime in ("audio/opus", "video/H264", "video/VP8")]


def given_to(offer: Offer) -> dict[str, sdp_answer.Given]:
    """For each m-line that can carry it, sound or a camera."""
    found: dict[str, sdp_answer.Given] = {}
    for n, section in enumerate(offer.sections):
        capabilities = sdp_answer.capabilities_of(section)
        fitting = [one for one in TRACKS if ortc.can_consume(one, capabilities)]
        if fitting:
            consumed = ortc.consumed(
                fitting[0], capabilities, ssrc=1000 + n, rtx_ssrc=2000 + n, cname="ada"
            )
            found[section.mid] = sdp_answer.Given(consumed, "ada", f"ada-{section.mid}")
    return found


_ANSWER_LINE = re.compile(
    r"v=0|o=- 7 1 IN IP4 127\.0\.0\.1|s=-|t=0 0|c=IN IP4 0\.0\.0\.0"
    r"|m=[!-~]+ [09] [A-Za-z0-9/.-]+( [!-~]+)+"
    r"|a=(ice-lite|rtcp-mux|rtcp-rsize|sendonly|recvonly|inactive|end-of-candidates)"
    r"|a=(extmap-allow-mixed|setup:(active|passive)|msid-semantic: WMS \*)"
    r"|a=group:BUNDLE( [!-~]+)+|a=mid:[!-~]{1,32}|a=msid:ada ada-[!-~]+"
    r"|a=ice-ufrag:nobodyhome|a=ice-pwd:(nobody){4}|a=fingerprint:sha-256 A5(:A5){31}"
    r"|a=candidate:1 1 udp 2130706431 127\.0\.0\.1 9 typ host"
    r"|a=extmap:[0-9]{1,3}(/(send|recv)only)? (urn:|http:)[!-~]+"
    r"|a=rtpmap:[0-9]{1,3} (opus|H264|VP8|VP9|AV1|rtx)/[0-9]+(/2)?"
    r"|a=rtcp-fb:[0-9]{1,3} (nack( pli)?|ccm fir|transport-cc)"
    r"|a=fmtp:[0-9]{1,3} [a-z-]+=[0-9A-Fa-f]+(;[a-z-]+=[0-9A-Fa-f]+)*"
    r"|a=ssrc-group:FID [0-9]+ [0-9]+|a=ssrc:[0-9]+ cname:ada"
    r"|a=rid:[A-Za-z0-9_-]+ recv|a=simulcast:recv [A-Za-z0-9_;-]+",
    re.IGNORECASE,
)


def odd_lines(answer: str) -> list[str]:
    """Lines that we never write."""
    *lines, last = answer.split("\r\n")
    return [one for one in lines if not _ANSWER_LINE.fullmatch(one)] + ([last] if last else [])


def every_use(given: str) -> list[str]:
    """All that is done with an offer of a stranger. Refusals are fine; nothing else is raised."""
    answers: list[str] = []
    with suppress(Invalid):
        read = sdp.parse_offer(given)
        with suppress(Invalid):
            answer, accepted = sdp_answer.publish_answer(read, NOWHERE, session_id=7)
            answers.append(answer)
            for one in accepted:
                ortc.published(one.kind, one.parameters)
        answers.append(sdp_answer.watch_answer(read, NOWHERE, given_to(read), session_id=7))
    return answers
