"""Offers and fragments of any bytes are refused or answered, and nothing odd gets into an answer."""

from __future__ import annotations

from contextlib import suppress

from tests.support import offers
from vtp.media.rtp import sdp_fragment
from vtp.media.rtp.sdp_lines import BadSdp


def one(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for answer in offers.every_use(text):
        assert offers.odd_lines(answer) == []
    with suppress(BadSdp):
        sdp_fragment.parse_fragment(text)
