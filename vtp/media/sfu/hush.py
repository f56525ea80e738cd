"""Silence of a crowd is not forwarded: thirty open microphones are one voice and much room noise.

Judged once for all who listen, by the level that each packet tells of itself (RFC 6464).
"""

from __future__ import annotations

from collections.abc import Sequence

from vtp.media.rtp.packet import Packet

# -dBov; a quiet room through a browser's noise suppression is weaker, the softest syllable is not.
_VOICE = 65
_LEVEL = 0x7F  # without the bit that says what the sender takes for a voice: many always set it
# s; a pause in a sentence is part of it, and what fades away is heard to its end.
_LINGER = 0.5


class Hush:
    """One for each microphone."""

    __slots__ = ("_voice_at", "active")

    def __init__(self) -> None:
        self.active = False  # the last packets were kept back
        self._voice_at = -_LINGER

    def worth(
        self, packets: Sequence[Packet], now: float, *, crowded: bool
    ) -> tuple[Sequence[Packet], bool]:
        """Those that are to be forwarded, and whether the first of them ends a silence."""
        voice = next((n for n, one in enumerate(packets) if _is_voice(one)), -1)
        if voice >= 0:
            self._voice_at = now
        elif crowded and now - self._voice_at > _LINGER:
            self.active = True
            return (), False
        resumed, self.active = self.active, False
        return (packets[voice:] if resumed and voice > 0 else packets), resumed


def _is_voice(packet: Packet) -> bool:
    """Also one that tells no level: its sender did not agree to tell any."""
    return packet.third < 0 or packet.third & _LEVEL <= _VOICE
