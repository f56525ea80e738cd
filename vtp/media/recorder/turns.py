"""One turn of a film that comes again and again: of each fragment only its time changes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vtp.media.recorder.boxes import Boxes, Fragment

# Bytes of a box before what it tells: kind, version and flags (ISO/IEC 14496-12, 4.2).
_TOLD = 8


@dataclass(frozen=True, slots=True)
class Turn:
    """A file with one turn in it, which lasts so many ticks."""

    file: bytes
    ticks: int

    @property
    def header(self) -> bytes:
        return self.file[: self._fragments()[0].offset]

    def _fragments(self) -> list[Fragment]:
        return Boxes().feed(self.file)

    def played(self, times: int) -> Iterator[tuple[Fragment, bytes]]:
        """The fragments of so many turns, each with its bytes as they follow the header."""
        told = self._fragments()
        pieces = [self.file[one.offset : one.offset + one.size] for one in told]
        at = told[0].offset
        for number in range(times * len(told)):
            turn, place = divmod(number, len(told))
            time = told[place].time + turn * self.ticks
            yield replace(told[place], offset=at, time=time), _timed(pieces[place], number, time)
            at += told[place].size


def _timed(fragment: bytes, number: int, time: int) -> bytes:
    """The number of the fragment, and the 64 bits of its time, as the muxer wrote them."""
    made = bytearray(fragment)
    order, clock = made.index(b"mfhd") + _TOLD, made.index(b"tfdt") + _TOLD
    made[order : order + 4] = (number + 1).to_bytes(4)
    made[clock : clock + 8] = time.to_bytes(8)
    return bytes(made)
