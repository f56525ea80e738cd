"""Fragments of session descriptions (RFC 8840): trickled candidates, restarts of ICE. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vtp.media.rtp import sdp, sdp_lines
from vtp.media.rtp.ortc_types import TransportParameters
from vtp.media.rtp.sdp import Offer
from vtp.media.rtp.sdp_write import candidates, credentials


@dataclass(frozen=True, slots=True)
class Fragment:
    """New credentials ask for a restart; with those known already it only trickles."""

    ufrag: str
    password: str


def parse_fragment(text: str) -> Fragment:
    session, *media = sdp_lines.blocks(text)
    return Fragment(*sdp.credentials((session, *media)))


def write_fragment(offer: Offer, mids: tuple[str, ...], transport: TransportParameters) -> str:
    """Our side after a restart; `mids` are those that were accepted."""
    return "\r\n".join((*_lines(offer, mids, transport), ""))


def _lines(offer: Offer, mids: tuple[str, ...], transport: TransportParameters) -> Iterator[str]:
    yield "a=ice-lite"
    if offer.bundled:
        yield f"a=group:BUNDLE {' '.join(mids)}"
    first = next(one for one in offer.sections if one.mid in mids)
    # RFC 8840, 9: the format says nothing here.
    yield f"m={first.media} 9 {first.protocol} 0"
    yield f"a=mid:{first.mid}"
    yield from credentials(transport)
    yield from candidates(transport)
