"""Whether the address of a database can be read, before anything is started with it.

What is wrong is told without quoting the address: a password that is not written as it must be
turns up anywhere in it, as a host or as a port. Standard library only, as the supervisor.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from vtp.serve.errors import CannotServe

_SCHEMES = ("postgresql", "postgres")
_HOST = re.compile(r"(\[[^\[\]]+\]|[^:\[\]]*)(?::(.*))?", re.DOTALL)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPES = "In a user name or a password write @ as %40, : as %3A, / as %2F, ? as %3F and # as %23."


class BadDatabaseUrl(CannotServe):
    """The address of the database cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"VTP_DATABASE_URL cannot be read: {why} "
            "It looks like postgresql://user:password@host:5432/name."
        )


def require_readable(url: str) -> None:
    """Raise `BadDatabaseUrl` unless it is an address of PostgreSQL."""
    if _CONTROLS.search(url):
        raise BadDatabaseUrl("There is a line break or a control character in it.")
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    except ValueError:
        raise BadDatabaseUrl(
            f"A bracket or what follows the ? are not complete. {_ESCAPES}"
        ) from None
    if parts.scheme not in _SCHEMES:
        raise BadDatabaseUrl("Its scheme is not postgresql.")
    before, _, hosts = parts.netloc.rpartition("@")
    if "@" in before:
        raise BadDatabaseUrl(f"There is more than one @ before the host. {_ESCAPES}")
    if hosts:
        _require_hosts(unquote(hosts))
    for value in query.get("host", []):
        _require_hosts(value)
    for value in query.get("port", []):
        for port in value.split(","):
            _require_port(port)


def _require_hosts(hosts: str) -> None:
    for one in hosts.split(","):
        if one.startswith("/"):  # the folder of a Unix socket
            continue
        found = _HOST.fullmatch(one)
        if not found or not _is_name(found[1]):
            raise BadDatabaseUrl(f"Its host is not a name or an address. {_ESCAPES}")
        if found[2]:
            _require_port(found[2])


def _is_name(host: str) -> bool:
    try:
        return bool(host) and bool(host.encode("idna"))
    except UnicodeError:
        return False


def _require_port(port: str) -> None:
    if not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65_535):
        raise BadDatabaseUrl(f"Its port is not a number from 1 to 65535. {_ESCAPES}")
