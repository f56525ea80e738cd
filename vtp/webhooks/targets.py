"""Where webhooks may go: to public addresses, and to private ones that the operator named. Pure.

A name is looked up once by whoever delivers; what it says is judged here, address by address,
and the connection is made to what was judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import SplitResult, urlsplit

from vtp.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LONGEST = 2000
# Translated on the way to an IPv4 address, which counts: RFC 6052, 3056, 4380.
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL = tuple(
    ip_network(one)
    for one in (
        "64:ff9b:1::/48",  # RFC 8215: local translation, to anywhere
        "2002::/16",  # 6to4
        "2001::/32",  # Teredo
        "192.88.99.0/24",  # its relays
        "fec0::/10",  # site-local, deprecated, and still private
        "::/96",  # IPv4-compatible, deprecated
    )
)


class BadTarget(Invalid):
    """Webhooks go to https addresses in the internet, as https://hooks.example.org/vtp."""

    code = "bad_webhook_url"


class ForbiddenTarget(Invalid):
    """This address is inside of a private network, where webhooks do not go."""

    code = "forbidden_webhook_target"


def parsed(url: str) -> SplitResult:
    """The parts of an address that may be one of a webhook; raises `BadTarget`."""
    if len(url) > _LONGEST or any(one <= " " or one in {"\\", "\x7f"} for one in url):
        raise _bad()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad() from None
    plain = not parts.username and not parts.password and not parts.fragment and "@" not in url
    if parts.scheme not in {"https", "http"} or not parts.hostname or not plain or port == 0:
        raise _bad()
    return parts


def _bad() -> BadTarget:
    return BadTarget(fields={"url": BadTarget.title()})


def networks(listed: Iterable[str]) -> tuple[Network, ...]:
    return tuple(ip_network(one) for one in listed)


def require_allowed(
    scheme: str, addresses: Iterable[str], allowed: tuple[Network, ...]
) -> list[str]:
    """All of them, when each may be gone to: with one that may not, the name is not trusted."""
    judged = [_plain(one) for one in addresses]
    if not judged:
        raise ForbiddenTarget
    for address in judged:
        named = any(address in network for network in allowed)
        if not named and (scheme != "https" or not _public(address)):
            raise ForbiddenTarget(fields={"url": ForbiddenTarget.title()})
    return [str(one) for one in judged]


def _plain(text: str) -> Address:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        raise ForbiddenTarget from None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _public(address: Address) -> bool:
    special = any(address in network for network in _SPECIAL if network.version == address.version)
    return address.is_global and not address.is_multicast and not special
