"""Does a PostgreSQL answer on this socket? Asked in its own protocol, without a driver."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

PORT = 5432
_PROTOCOL = 196608  # 3.0
_STARTING_OR_STOPPING = b"C57P03\0"


def socket_in(folder: Path) -> Path:
    return folder / f".s.PGSQL.{PORT}"


def accepts(folder: Path, *, timeout: float = 1.0) -> bool:
    """Whether it would let us sign in now. A refusal for another reason is an answer too."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            connection.connect(str(socket_in(folder)))
            connection.sendall(_startup(user="vtp", database="vtp"))
            answer = connection.recv(1024)
    except OSError:
        return False
    return answer[:1] == b"R" or (answer[:1] == b"E" and _STARTING_OR_STOPPING not in answer)


def _startup(*, user: str, database: str) -> bytes:
    words = ("user", user, "database", database)
    body = struct.pack("!i", _PROTOCOL) + b"".join(word.encode() + b"\0" for word in words) + b"\0"
    return struct.pack("!i", len(body) + 4) + body
