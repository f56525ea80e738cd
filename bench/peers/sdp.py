"""As little SDP as other servers take: one picture, sent or watched by a client of `load`."""

from __future__ import annotations

import re

from bench.peers.load import SSRC, TWCC, Caller, Server

NOWHERE = Server("127.0.0.1", 9, "", "", "")
SENDS = (
    f"a=extmap:{TWCC} http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
    f"a=ssrc-group:FID {SSRC} {SSRC + 1}\r\n"
    f"a=ssrc:{SSRC} cname:someone\r\na=ssrc:{SSRC + 1} cname:someone\r\n"
)


def description(who: Caller, direction: str, pt: int, rtx: int, more: str) -> str:
    lines = [
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
        f"m=video 9 UDP/TLS/RTP/SAVPF {pt} {rtx}", "c=IN IP4 127.0.0.1", "a=mid:0",
        f"a={direction}", f"a=ice-ufrag:{who.ufrag}", f"a=ice-pwd:{who.password}",
        f"a=fingerprint:sha-256 {who.fingerprint}", "a=setup:active", "a=rtcp-mux",
        f"a=rtpmap:{pt} VP8/90000", f"a=rtcp-fb:{pt} nack", f"a=rtcp-fb:{pt} nack pli",
        f"a=rtcp-fb:{pt} transport-cc", f"a=rtpmap:{rtx} rtx/90000", f"a=fmtp:{rtx} apt={pt}",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n" + more


def server_of(sdp: str) -> Server:
    host, port = re.search(r"a=candidate:\S+ 1 udp \d+ (\d\S+) (\d+) typ host", sdp).groups()  # type: ignore[union-attr]  # it has one, or the bench ends here
    return Server(
        host, int(port), found(r"a=ice-ufrag:(\S+)", sdp), found(r"a=ice-pwd:(\S+)", sdp),
        found(r"a=fingerprint:sha-256 (\S+)", sdp),
    )  # fmt: skip


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"no {pattern} in\n{text}")
    return match.group(1)
