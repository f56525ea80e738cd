"""The way to one subscriber, shared by all that it receives, as far as writing packets needs it.

What stands in slots here is read and written by the compiled loop where there is one, in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vtp.media.rtp.bandwidth import Bandwidth
    from vtp.media.sfu.downlink import Downlink
    from vtp.media.sfu.egress import Egress, Subscriber


class Line:
    __slots__ = ("bandwidth", "egress", "next_twcc", "subscriber", "unprotected")

    subscriber: Subscriber  # given right after

    def __init__(self, egress: Egress) -> None:
        self.egress = egress
        self.next_twcc = 0  # the number of the whole line that the next packet has
        self.unprotected = 0
        # Told of what leaves with such numbers; None without pictures.
        self.bandwidth: Bandwidth | None = None

    def sent_run(self, next_number: int, packets: int, size: int, now: float) -> None:
        """So many packets left with numbers of the line, the last one before this."""
        self.next_twcc = next_number
        if packets and self.bandwidth is not None:
            self.bandwidth.sent((next_number - packets) & 0xFFFF, packets, size, now)

    def may_repair(self, now: float) -> bool:
        """Whether something may be sent again now."""
        raise NotImplementedError

    def spent(self, size: int) -> None:
        """So many bytes were sent again."""

    def began(self, downlink: Downlink) -> None:
        """Another layer is sent from now on."""

    def stirred(self) -> None:
        """What is sent or wanted has changed."""
