"""Why a socket ends: the reason in its close frame and in the count, and the close code."""

from __future__ import annotations

from dataclasses import dataclass

from vtp.edge.sockets import frames


@dataclass(frozen=True, slots=True)
class Ending:
    code: str
    status: int
    # The client is taken out of the namespace first, so that it does not come back by itself.
    final: bool = False


LOST = Ending("lost", 1006)  # the connection broke; nothing was said
LEFT = Ending("left", frames.NORMAL)  # the client went
UNLOADED = Ending("unloaded", frames.GOING_AWAY)  # its page was closed or loaded anew
GOING = Ending("going", frames.GOING_AWAY)  # the server stops
NOT_CONNECTED = Ending("not_connected", frames.POLICY)  # no accepted CONNECT in time
REFUSED = Ending("refused", frames.POLICY)  # its CONNECT was answered with an error
REVOKED = Ending("revoked", frames.POLICY, final=True)  # what it signed in with has ended
SILENT = Ending("ping_timeout", frames.GOING_AWAY)
SLOW = Ending("too_slow", frames.TRY_LATER)  # it does not read what is sent to it
FLOOD = Ending("flood", frames.POLICY, final=True)  # far more messages than it may send
BAD_PACKET = Ending("bad_packet", frames.PROTOCOL_ERROR, final=True)
NO_BINARY = Ending("no_binary", frames.UNSUPPORTED, final=True)

_BY_STATUS = {
    frames.PROTOCOL_ERROR: Ending("bad_frame", frames.PROTOCOL_ERROR, final=True),
    frames.BAD_TEXT: Ending("bad_text", frames.BAD_TEXT, final=True),
    frames.TOO_BIG: Ending("too_large", frames.TOO_BIG, final=True),
    frames.POLICY: FLOOD,
}


def of_bad_frame(error: frames.BadFrame) -> Ending:
    return _BY_STATUS[error.status]
