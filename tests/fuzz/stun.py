"""STUN of any bytes is read or passed over, and never proved without the password."""

from __future__ import annotations

from vtp.media.rtp import stun

_PASSWORD = b"a password that no input knows of"


def one(data: bytes) -> None:
    found = stun.look(data)
    if found is not None:
        assert not stun.authentic(data, found, _PASSWORD)
        assert len(found.transaction) == 12
        assert found.integrity_at <= len(data)
