"""Addresses of people in the record: whole for a while, then only the network. Pure.

The row holds the network and a salted digest of the whole address. Whole address and salt stand
beside it; when they are deleted, the row and its seal stay as they were.
"""

from __future__ import annotations

from hashlib import sha256
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network

SALT_BYTES = 16
# What is left: as much as names a provider or a school, and no household.
_IPV4, _IPV6 = 24, 48
_LONGEST = 64


def network_of(address: str) -> str:
    """ "203.0.113.9" → "203.0.113.0/24"; what is no address says nothing about anybody."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:_LONGEST]
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, _IPV6), strict=False))
    return str(ip_network((parsed, _IPV4), strict=False))


def digest(address: str, salt: bytes) -> bytes:
    return sha256(salt + address.encode()).digest()
