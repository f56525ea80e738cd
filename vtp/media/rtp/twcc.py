"""Transport-wide feedback to a publisher (draft-holmer-rmcat-transport-wide-cc-extensions-01).

Its browser estimates its own uplink from this: every packet of the transport counts, sound,
repairs and padding too. Reading the same format from subscribers is in `feedback`.
"""

from __future__ import annotations

from struct import Struct

_INTERVAL = 0.045  # s; called on a tick of about 50 ms, which may come a little early
_ENOUGH = 100  # packets that are worth a feedback before its time
_RING = 2048  # packets; a power of two
_JUMP = 1500  # numbers; further ahead is a new start, not that many losses
_LOOK_BACK = 500  # numbers; what comes later than that is no news to a rate controller
# Statuses in one packet: with two-byte deltas and no run it then stays under 1,200 bytes.
_MOST = 500
_RUN = 14  # equal statuses from which a run is shorter than two vectors
_TICKS = 4000  # a second; deltas are in quarters of a millisecond
_REFERENCE = 256  # ticks in a unit of the reference time, 64 ms
_LOST, _SMALL, _LARGE = 0, 1, 2

_HEAD = Struct("!BBHIIHH3sB")


class Arrivals:
    """One per publisher's transport. `seen` for every packet; `feedback` on every tick, and
    when `pending` reaches 100.
    """

    __slots__ = ("_at", "_count", "_exts", "_from", "_newest", "_told_at", "pending")

    def __init__(self) -> None:
        self.pending = 0  # packets that no feedback has told yet
        self._newest = -1  # extended
        self._from = -1  # first number of the next feedback
        self._count = 0
        self._told_at = 0.0
        self._exts = [-1] * _RING
        self._at = [0] * _RING  # ticks

    def seen(self, seq: int, now: float) -> None:
        newest = self._newest
        if newest < 0:
            ext = self._from = seq + 65536
        else:
            ext = newest + ((seq - newest + 0x8000) & 0xFFFF) - 0x8000
            if ext > newest + _JUMP:
                self._from = ext
                self.pending = 0
            elif ext < self._from:
                if ext < newest - _LOOK_BACK:
                    return
                self._from = ext
        slot = ext & (_RING - 1)
        if self._exts[slot] == ext:
            return
        self._exts[slot] = ext
        self._at[slot] = int(now * _TICKS)
        self.pending += 1
        if ext > newest:
            self._newest = ext

    def feedback(self, now: float, sender_ssrc: int, media_ssrc: int) -> list[bytes]:
        """Whole RTCP packets that tell what came; [] when nothing did, or it is too early."""
        if not self.pending or (now - self._told_at < _INTERVAL and self.pending < _ENOUGH):
            return []
        self._told_at = now
        packets = []
        start, stop = max(self._from, self._newest - _JUMP), self._newest + 1
        while start < stop:
            ticks = self._ticks(start, min(stop, start + _MOST))
            told, body = _told(ticks)
            if body is not None:  # a browser takes an empty feedback for an error
                packets.append(self._packet(start, told, body, sender_ssrc, media_ssrc))
            start += told
        self.pending = 0
        self._from = stop
        return packets

    def _ticks(self, start: int, stop: int) -> list[int]:
        exts, at = self._exts, self._at
        return [
            at[ext & (_RING - 1)] if exts[ext & (_RING - 1)] == ext else -1
            for ext in range(start, stop)
        ]

    def _packet(
        self, base: int, count: int, body: tuple[int, bytes], sender: int, media: int
    ) -> bytes:
        reference, rest = body
        padding = -len(rest) % 4
        head = _HEAD.pack(
            0xAF if padding else 0x8F,
            205,
            4 + (len(rest) + padding) // 4,
            sender,
            media,
            base & 0xFFFF,
            count,
            (reference & 0xFFFFFF).to_bytes(3),
            self._count & 0xFF,
        )
        self._count += 1
        return head + rest + (bytes(padding - 1) + bytes((padding,)) if padding else b"")


def _told(ticks: list[int]) -> tuple[int, tuple[int, bytes] | None]:
    """How many of these one packet can tell, its reference time, its chunks and deltas.

    A pause of more than 8 s does not fit a delta: the rest goes into a packet of its own.
    """
    statuses: list[int] = []
    deltas = bytearray()
    reference = before = -1
    for tick in ticks:
        if tick < 0:
            statuses.append(_LOST)
            continue
        if before < 0:
            reference = tick // _REFERENCE
            before = reference * _REFERENCE
        delta = tick - before
        if 0 <= delta <= 255:
            statuses.append(_SMALL)
            deltas.append(delta)
        elif -0x8000 <= delta <= 0x7FFF:
            statuses.append(_LARGE)
            deltas += (delta & 0xFFFF).to_bytes(2)
        else:
            break
        before = tick
    if reference < 0:
        return len(statuses), None
    return len(statuses), (reference, _chunks(statuses) + bytes(deltas))


def _chunks(statuses: list[int]) -> bytes:
    out = bytearray()
    at, count = 0, len(statuses)
    while at < count:
        status = statuses[at]
        end = at + 1
        while end < count and statuses[end] == status:
            end += 1
        if end - at >= _RUN:
            out += (status << 13 | (end - at)).to_bytes(2)
            at = end
            continue
        vector = 0xC000
        for place, symbol in enumerate(statuses[at : at + 7]):
            vector |= symbol << (12 - 2 * place)
        out += vector.to_bytes(2)
        at += 7
    return bytes(out)
