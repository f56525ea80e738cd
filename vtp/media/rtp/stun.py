"""STUN Binding requests and their answers (RFC 8489), as much as an ICE-lite agent needs. Pure.

What strangers send arrives here first: `look` never raises, and what it takes is still to be
checked by `authentic`. Nobody is answered who did not pass that.
"""

from __future__ import annotations

import hmac
import struct
import zlib
from dataclasses import dataclass

_HEADER = struct.Struct(">HHI12s")
_ATTRIBUTE = struct.Struct(">HH")
_COOKIE = 0x2112A442
_REQUEST, _SUCCESS, _ERROR = 0x0001, 0x0101, 0x0111

_USERNAME = 0x0006
_INTEGRITY = 0x0008
_ERROR_CODE = 0x0009
_MAPPED = 0x0020
_USE_CANDIDATE = 0x0025
_FINGERPRINT = 0x8028
_CONTROLLED = 0x8029

_HEAD = 20
_INTEGRITY_SIZE = 24  # with its four bytes of head
_FINGERPRINT_SIZE = 8
_FINGERPRINT_XOR = 0x5354554E
_LONGEST_USERNAME = 513  # RFC 8489 14.3
_ROLE_CONFLICT = b"\0\0\x04\x57"  # 487


@dataclass(slots=True)
class Binding:
    """A Binding request of the other side. Without integrity it says nothing."""

    transaction: bytes
    local: bytes = b""  # the first half of USERNAME: who is called
    remote: bytes = b""
    integrity_at: int = 0  # 0: there is none
    use_candidate: bool = False
    controlled: bool = False  # the other side takes itself for controlled, as we are


def look(data: bytes) -> Binding | None:
    """The request in a datagram, not yet authenticated; None when it is anything else."""
    if len(data) < _HEAD or len(data) & 3:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if kind != _REQUEST or cookie != _COOKIE or length != len(data) - _HEAD:
        return None
    found = Binding(transaction)
    at = _HEAD
    while at < len(data):
        kind, length = _ATTRIBUTE.unpack_from(data, at)
        end = at + 4 + length
        if end > len(data) or not _take(found, data, at, kind, length):
            return None
        at = end + 3 & ~3
    return found


def _take(found: Binding, data: bytes, at: int, kind: int, length: int) -> bool:
    if kind == _FINGERPRINT:
        return length == 4 and _fingerprint(data[:at]) == data[at + 4 : at + 8]
    if found.integrity_at:
        return True  # what follows is not covered, and counts for nothing
    if kind == _USERNAME:
        found.local, colon, found.remote = data[at + 4 : at + 4 + length].partition(b":")
        return bool(colon) and length <= _LONGEST_USERNAME
    if kind == _INTEGRITY:
        found.integrity_at = at
        return length == _INTEGRITY_SIZE - 4
    found.use_candidate |= kind == _USE_CANDIDATE
    found.controlled |= kind == _CONTROLLED
    return True


def authentic(data: bytes, found: Binding, password: bytes) -> bool:
    """Whether the sender of the request knows the password."""
    at = found.integrity_at
    if not at:
        return False
    said = data[at + 4 : at + _INTEGRITY_SIZE]
    return hmac.compare_digest(said, _integrity(data[:at], password))


def success(transaction: bytes, password: bytes, host: bytes, port: int) -> bytes:
    """The answer that tells where the request came from: 4 or 16 bytes of address, and a port."""
    mask = _COOKIE.to_bytes(4) + transaction
    mapped = bytes(a ^ b for a, b in zip(host, mask, strict=False))
    family = 1 if len(host) == 4 else 2
    value = struct.pack(">BBH", 0, family, port ^ _COOKIE >> 16) + mapped
    return _sealed(_SUCCESS, transaction, _attribute(_MAPPED, value), password)


def role_conflict(transaction: bytes, password: bytes) -> bytes:
    """The answer to one who should control, since we cannot (RFC 8445 7.3.1.1)."""
    return _sealed(_ERROR, transaction, _attribute(_ERROR_CODE, _ROLE_CONFLICT), password)


def _attribute(kind: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(kind, len(value)) + value


def _sealed(kind: int, transaction: bytes, attributes: bytes, password: bytes) -> bytes:
    plain = _HEADER.pack(kind, len(attributes), _COOKIE, transaction) + attributes
    signed = _as_long(plain, _INTEGRITY_SIZE) + _attribute(_INTEGRITY, _integrity(plain, password))
    whole = _as_long(signed, _FINGERPRINT_SIZE)
    return whole + _attribute(_FINGERPRINT, _fingerprint(signed))


def _as_long(message: bytes, more: int) -> bytes:
    """The message with the length that it will have once `more` bytes stand behind it."""
    return message[:2] + (len(message) - _HEAD + more).to_bytes(2) + message[4:]


def _integrity(before: bytes, password: bytes) -> bytes:
    return hmac.digest(password, _as_long(before, _INTEGRITY_SIZE), "sha1")


def _fingerprint(before: bytes) -> bytes:
    value = zlib.crc32(_as_long(before, _FINGERPRINT_SIZE)) ^ _FINGERPRINT_XOR
    return value.to_bytes(4)
