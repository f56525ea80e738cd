"""RTP header extensions: what they are called, which ids the router uses, which a sender uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"  # RFC 8843, 15
RID: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"  # RFC 8852, 4.3
REPAIRED_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"  # RFC 8852, 4.3
ABS_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
# The name that browsers use; the draft is draft-holmer-rmcat-transport-wide-cc-extensions-01.
TRANSPORT_CC: Final = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
AUDIO_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"  # RFC 6464
ORIENTATION: Final = "urn:3gpp:video-orientation"  # 3GPP TS 26.114, 7.4.5

# Below 15, so that every one of them fits the one-byte form (RFC 8285, 4.2).
ROUTER_IDS: Final = {
    MID: 1,
    RID: 2,
    REPAIRED_RID: 3,
    ABS_SEND_TIME: 4,
    TRANSPORT_CC: 5,
    AUDIO_LEVEL: 10,
    ORIENTATION: 11,
}


@dataclass(slots=True)
class SenderIds:
    """The ids that one sender chose for what we read; 0 = it does not send this one.

    One per transport: an id means the same in all of its streams (RFC 8843, 9.1).
    """

    mid: int = 0
    rid: int = 0
    rrid: int = 0
    twcc: int = 0
    level: int = 0
    orientation: int = 0
