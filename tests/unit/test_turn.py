"""Credentials for a relay, as coturn makes them from the same secret."""

from __future__ import annotations

import base64
import hashlib
import hmac

from vtp.media.sfu.turn import ice_servers
from vtp.settings import Media

_URL = "turn:turn.example.org:3478?transport=udp"


def test_a_person_may_use_the_relay_for_a_while() -> None:
    settings = Media(turn_urls=(_URL,), turn_secret="north", turn_lifetime=3600.0)
    [server] = ice_servers(settings, "ann", at=1_700_000_000.9)
    assert server.urls == (_URL,)
    assert server.username == "1700003600:ann"
    proof = hmac.new(b"north", server.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(server.credential) == proof


def test_without_relay_or_secret_there_is_none() -> None:
    assert ice_servers(Media(), "ann", at=0.0) == ()
    assert ice_servers(Media(turn_urls=(_URL,)), "ann", at=0.0) == ()
