"""What can be wrong with what is told about watching."""

from __future__ import annotations

from vtp.errors import Conflict


class TooMuchSeen(Conflict):
    """That is more than can have been seen in the time that the recording was open."""

    code = "too_much_seen"
