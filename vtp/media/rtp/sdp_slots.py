"""M-lines of watchers in which one track can follow the other: all codecs are agreed at once. Pure.

Whoever watches over WHEP is answered once, and may be there before anybody sends.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec

from vtp.media.rtp import ortc
from vtp.media.rtp.codecs import Codec, in_order
from vtp.media.rtp.ortc import Consumed, Published
from vtp.media.rtp.ortc_types import RtpCodecParameters, RtpEncodingParameters, RtpParameters
from vtp.media.rtp.sdp_answer import capabilities_of
from vtp.media.rtp.sdp_media import Section


def slot(
    section: Section, *, first: str | None, ssrc: int, rtx_ssrc: int, cname: str
) -> Consumed | None:
    """What the m-line may carry; `first` is the video codec of now, or that which is likely.

    Each codec has the numbers that `ortc.consumed` finds for a track of it. None where the
    watcher decodes nothing that is forwarded here.
    """
    capabilities = capabilities_of(section)
    found = [
        ortc.consumed(track, capabilities, ssrc=ssrc, rtx_ssrc=rtx_ssrc, cname=cname)
        for track in map(_track, in_order((first,) if first else ()))
        if ortc.can_consume(track, capabilities)
    ]
    return _together(found) if found else None


def _together(found: list[Consumed]) -> Consumed:
    repaired = next((one for one in found if one.rtx_ssrc is not None), found[0])
    codecs = tuple(codec for one in found for codec in one.parameters.codecs)
    return replace(repaired, parameters=_with(found[0].parameters, codecs))


def _with(parameters: RtpParameters, codecs: tuple[RtpCodecParameters, ...]) -> RtpParameters:
    return msgspec.structs.replace(parameters, codecs=codecs)


def _track(codec: Codec) -> Published:
    """Any track of this codec."""
    sent = RtpCodecParameters(
        mime_type=codec.mime,
        payload_type=codec.pt,
        clock_rate=codec.clock_rate,
        channels=codec.channels,
        parameters=dict(codec.parameters),
        rtcp_feedback=codec.feedback,
    )
    return ortc.published(
        codec.kind, RtpParameters(codecs=(sent,), encodings=(RtpEncodingParameters(ssrc=1),))
    )
