"""What every client may be told about its own connection, whatever it uses the server for."""

from __future__ import annotations

import msgspec

from vtp.edge.sockets.events import Events


class Going(msgspec.Struct, frozen=True):
    reason: str
    retry_after: float  # seconds to wait before connecting again


class Ended(msgspec.Struct, frozen=True):
    code: str
    detail: str  # a sentence for people


farewells = Events("connection")
GOING = farewells.news("going", Going, "The server stops or restarts; connect again a little later")
ENDED = farewells.news("ended", Ended, "What this socket was opened with has ended; sign in again")

REVOKED = Ended("revoked", "You were signed out of this connection.")
