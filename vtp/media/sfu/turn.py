"""Relays for browsers that reach us neither by UDP nor by TCP: credentials that expire.

The way of coturn's `use-auth-secret`: the name says until when, and the password proves that it
comes from us. The relay needs no list of people.
"""

from __future__ import annotations

import base64
import hmac

import msgspec

from vtp.settings import Media


class IceServer(msgspec.Struct, frozen=True, kw_only=True):
    urls: tuple[str, ...]
    username: str
    credential: str


def ice_servers(settings: Media, name: str, *, at: float) -> tuple[IceServer, ...]:
    """For one person, called `name`; `at` is the wall clock, which the relay compares with."""
    if not (settings.turn_urls and settings.turn_secret):
        return ()
    username = f"{int(at + settings.turn_lifetime)}:{name}"
    proof = hmac.digest(settings.turn_secret.encode(), username.encode(), "sha1")
    credential = base64.b64encode(proof).decode()
    return (IceServer(urls=settings.turn_urls, username=username, credential=credential),)
