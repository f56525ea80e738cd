"""Under which names and for whose pages the server answers. Pure but for reading a request.

The public origin comes from `VTP_SERVER__URL`, never from a Host header: links of ours and the
Origin that a browser must send are made from it. Forwarded headers count only from a proxy that
the operator named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import web

from vtp.edge.problems import Misdirected
from vtp.errors import Forbidden
from vtp.settings import Server

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_DEFAULT_PORTS = {"http": 80, "https": 443}
# The longest chain of proxies that is read; more is somebody playing.
_MAX_HOPS = 8


class CrossOrigin(Forbidden):
    """This was sent by another site."""

    code = "cross_origin"


def check_origin(sent: str | None, *allowed: str) -> None:
    """Refuse everything but our own origins, an absent one too."""
    if sent not in allowed:
        raise CrossOrigin


@dataclass(frozen=True, slots=True)
class Origins:
    """The names of this server."""

    public: str  # "https://class.example.org", without a path
    hosts: frozenset[str]  # as they stand in Host, lower case
    proxies: tuple[Network, ...] = ()

    @property
    def secure(self) -> bool:
        return self.public.startswith("https://")

    @property
    def allowed(self) -> frozenset[str]:
        """Each Origin that a page of ours may have."""
        scheme = self.public.partition(":")[0]
        return frozenset({self.public, *(f"{scheme}://{host}" for host in self.hosts)})

    def require_host(self, host: str) -> None:
        if host.lower() not in self.hosts:
            raise Misdirected(f"The public address of this server is {self.public}.")

    def require_origin(self, request: web.BaseRequest) -> None:
        """For what a browser authenticates by itself: the page that sent it must be ours."""
        check_origin(request.headers.get("Origin"), *self.allowed)


ORIGINS: web.AppKey[Origins] = web.AppKey("origins", Origins)


def of_settings(server: Server) -> Origins:
    secure = bool(server.tls_cert)
    public = (server.url or _own_url(server, secure=secure)).rstrip("/")
    parts = urlsplit(public)
    names = {_host(parts.scheme, parts.hostname or "", parts.port or server.port)}
    names.update(host.lower() for host in server.hosts)
    if _reached_locally(server.host):
        names.update(_host(parts.scheme, name, server.port) for name in _LOOPBACK_NAMES)
    return Origins(
        f"{parts.scheme}://{parts.netloc}",
        frozenset(names) | {parts.netloc.lower()},
        tuple(ip_network(network) for network in server.trusted_proxies),
    )


def _own_url(server: Server, *, secure: bool) -> str:
    scheme = "https" if secure else "http"
    name = "localhost" if _reached_locally(server.host) else server.host
    return f"{scheme}://{_host(scheme, name, server.port)}"


def _host(scheme: str, name: str, port: int) -> str:
    bracketed = f"[{name}]" if ":" in name and not name.startswith("[") else name
    return bracketed if _DEFAULT_PORTS.get(scheme) == port else f"{bracketed}:{port}"


def _reached_locally(host: str) -> bool:
    """Also what listens everywhere: it is reached from this machine too."""
    try:
        address = ip_address(host)
    except ValueError:
        return host in {"localhost", ""}
    return address.is_loopback or address.is_unspecified


def is_local(host: str) -> bool:
    """Whether listening on `host` reaches nobody but this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def client_address(peer: str, forwarded_for: Iterable[str], proxies: tuple[Network, ...]) -> str:
    """Who really asks: the nearest address in the chain that is not one of our proxies."""
    if not proxies:
        return peer  # most schools have none; parsing an address costs 2 µs
    address = _parsed(peer)
    if address is None:
        return peer
    chain = [part.strip() for line in forwarded_for for part in line.split(",")][-_MAX_HOPS:]
    while chain and any(address in network for network in proxies):
        nearer = _parsed(chain.pop())
        if nearer is None:
            break
        address = nearer
    return str(address)


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def address_of(request: web.BaseRequest, origins: Origins) -> str:
    peer = request.remote or "unix"
    return client_address(peer, request.headers.getall("X-Forwarded-For", ()), origins.proxies)
