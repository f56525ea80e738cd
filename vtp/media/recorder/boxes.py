"""The fragments of a file that grows: where each lies and what it holds (ISO/IEC 14496-12). Pure.

Fed with the bytes as the muxer writes them; what it tells once does not change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = 8
_NOT_SYNC = 0x0001_0000
# Flags of tfhd and trun.
_BASE, _DESCRIPTION, _DURATION, _SIZE, _FLAGS = 0x01, 0x02, 0x08, 0x10, 0x20
_DATA_AT, _FIRST_FLAGS = 0x01, 0x04
_EACH_DURATION, _EACH_SIZE, _EACH_FLAGS, _EACH_OFFSET = 0x100, 0x200, 0x400, 0x800


@dataclass(frozen=True, slots=True)
class Fragment:
    """A moof and its mdat."""

    offset: int
    size: int
    time: int  # of its first sample, in ticks of the track
    duration: int
    samples: int
    key: bool  # its first sample needs no other


class Boxes:
    def __init__(self) -> None:
        self.header = 0  # bytes before the first fragment, once they are known
        self._held = bytearray()
        self._at = 0  # in the file, where `_held` begins
        self._moof: tuple[int, bytes] | None = None

    def feed(self, data: bytes) -> list[Fragment]:
        self._held += data
        return list(self._fragments())

    def _fragments(self) -> Iterator[Fragment]:
        while len(self._held) >= _HEAD:
            size = int.from_bytes(self._held[:4])
            if size < _HEAD:
                raise ValueError("a box without a size")
            if len(self._held) < size:
                return
            kind, box = bytes(self._held[4:8]), bytes(self._held[:size])
            del self._held[:size]
            found = self._box(kind, box)
            self._at += size
            if found is not None:
                yield found

    def _box(self, kind: bytes, box: bytes) -> Fragment | None:
        if kind == b"moof":
            self._moof = self._at, box
            self.header = self.header or self._at
        elif kind == b"mdat" and self._moof is not None:
            at, moof = self._moof
            self._moof = None
            return _fragment(moof, at, self._at + len(box) - at)
        return None


def _fragment(moof: bytes, offset: int, size: int) -> Fragment:
    traf = _inside(moof, b"traf")
    tfhd, tfdt, trun = (_inside(traf, kind) for kind in (b"tfhd", b"tfdt", b"trun"))
    time = int.from_bytes(tfdt[12:20] if tfdt[8] else tfdt[12:16])
    samples, duration, flags = _run(trun, *_defaults(tfhd))
    return Fragment(offset, size, time, duration, samples, not flags & _NOT_SYNC)


def taken_apart(fragment: bytes) -> Iterator[tuple[int, bytes]]:
    """The samples of a moof and its mdat, each with its time; each tells its duration and size.

    What makes no sense is left out: a disk may give back anything.
    """
    try:
        traf = _inside(fragment, b"traf", within=b"moof")
        tfhd, tfdt, trun = (_inside(traf, kind) for kind in (b"tfhd", b"tfdt", b"trun"))
        yield from _samples(fragment, tfhd, tfdt, trun)
    except (ValueError, IndexError):
        return


def _samples(fragment: bytes, tfhd: bytes, tfdt: bytes, trun: bytes) -> Iterator[tuple[int, bytes]]:
    time = int.from_bytes(tfdt[12:20] if tfdt[8] else tfdt[12:16])
    given, samples = int.from_bytes(trun[9:12]), int.from_bytes(trun[12:16])
    duration, size = _each(tfhd)
    data, at = int.from_bytes(trun[16:20]), 20 + 4 * bool(given & _FIRST_FLAGS)
    if not given & _DATA_AT or samples > len(fragment):
        raise ValueError("not a run of ours")
    for _ in range(samples):
        if given & _EACH_DURATION:
            duration, at = int.from_bytes(trun[at : at + 4]), at + 4
        if given & _EACH_SIZE:
            size, at = int.from_bytes(trun[at : at + 4]), at + 4
        at += 4 * (given & (_EACH_FLAGS | _EACH_OFFSET)).bit_count()
        yield time, fragment[data : data + size]
        time, data = time + duration, data + size


def _each(tfhd: bytes) -> tuple[int, int]:
    """Duration and size of samples that say nothing themselves."""
    given = int.from_bytes(tfhd[9:12])
    at = 16 + 8 * bool(given & _BASE) + 4 * bool(given & _DESCRIPTION)
    duration = int.from_bytes(tfhd[at : at + 4]) if given & _DURATION else 0
    at += 4 * bool(given & _DURATION)
    return duration, int.from_bytes(tfhd[at : at + 4]) if given & _SIZE else 0


def _inside(box: bytes, wanted: bytes, *, within: bytes = b"") -> bytes:
    """The first of its kind in a box; `within` one that a run of boxes begins with."""
    if within and box[4:8] != within:
        raise ValueError(f"no {within.decode()} at the start")
    at = _HEAD
    while at + _HEAD <= len(box):
        size = int.from_bytes(box[at : at + 4])
        if box[at + 4 : at + 8] == wanted:
            return box[at : at + size]
        at += max(size, _HEAD)
    raise ValueError(f"no {wanted.decode()} in a fragment")


def _defaults(tfhd: bytes) -> tuple[int, int]:
    """Duration and flags of samples that say nothing themselves."""
    given = int.from_bytes(tfhd[9:12])
    at = 16 + 8 * bool(given & _BASE) + 4 * bool(given & _DESCRIPTION)
    duration = int.from_bytes(tfhd[at : at + 4]) if given & _DURATION else 0
    at += 4 * bool(given & _DURATION) + 4 * bool(given & _SIZE)
    return duration, int.from_bytes(tfhd[at : at + 4]) if given & _FLAGS else 0


def _run(trun: bytes, duration: int, flags: int) -> tuple[int, int, int]:
    """How many samples, their duration, and the flags of the first."""
    given, samples = int.from_bytes(trun[9:12]), int.from_bytes(trun[12:16])
    at = 16 + 4 * bool(given & _DATA_AT)
    if given & _FIRST_FLAGS:
        flags = int.from_bytes(trun[at : at + 4])
        at += 4
    step = 4 * (given & (_EACH_DURATION | _EACH_SIZE | _EACH_FLAGS | _EACH_OFFSET)).bit_count()
    if given & _EACH_FLAGS and not given & _FIRST_FLAGS:
        place = at + 4 * (given & (_EACH_DURATION | _EACH_SIZE)).bit_count()
        flags = int.from_bytes(trun[place : place + 4])
    if not given & _EACH_DURATION:
        return samples, samples * duration, flags
    stamps = (trun[at + n * step : at + n * step + 4] for n in range(samples))
    return samples, sum(int.from_bytes(one) for one in stamps), flags
