"""Parameters and capabilities of any JSON are refused, or understood and passed on within bounds."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from tests.support import offers
from vtp.errors import Invalid
from vtp.media.rtp import ortc
from vtp.media.rtp.ortc_types import Kind, RtpCapabilities, RtpParameters

_parameters = msgspec.json.Decoder(RtpParameters)
_capabilities = msgspec.json.Decoder(RtpCapabilities)
_KINDS: tuple[Kind, Kind] = ("audio", "video")


def one(data: bytes) -> None:
    known = ortc.router_capabilities()
    with suppress(msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        known = _capabilities.decode(data)
    tracks = list(offers.TRACKS)
    with suppress(msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        sent = _parameters.decode(data)
        for kind in _KINDS:
            with suppress(Invalid):
                tracks.append(ortc.published(kind, sent))
    for track in tracks:
        if ortc.can_consume(track, known):
            consumed = ortc.consumed(track, known, ssrc=1, rtx_ssrc=2, cname="ada")
            assert max(consumed.ast_id, consumed.twcc_id, consumed.third_id) <= 14
            assert msgspec.json.encode(consumed.parameters)
