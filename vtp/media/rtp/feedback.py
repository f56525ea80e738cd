"""Transport-wide feedback as subscribers send it, read two ways; writing it is in `twcc`.

`summary` does as little as it can: the arrival of the last packet, and how many came. `arrivals`
reads every packet, for the moments when each one is a measurement.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

_HEAD = Struct("!HHI")
_LOW_BITS = 0x1555  # the lower bit of each of seven symbols
_SMALL, _LARGE = 1, 2
TICK = 0.00025  # s
# Of the clock: 24 bits of reference time, each worth 256 ticks.
WRAP = 1 << 32


class Summary(NamedTuple):
    first: int  # 16-bit number of the first packet that is told of
    told: int  # packets that it tells of, lost ones too
    received: int
    last: int  # 16-bit number of the last one that came
    ticks: int  # its arrival on the subscriber's clock, modulo WRAP


class _Chunks(NamedTuple):
    received: int
    last: int  # place of the last one that came
    small: int  # how many deltas have one byte
    large: int
    end: int  # where the deltas begin


def summary(body: bytes) -> Summary | None:
    """None when it is malformed or tells of no arrival."""
    if len(body) < 11:
        return None
    first, count, reference = _HEAD.unpack_from(body)
    chunks = _survey(body, count)
    if chunks is None:
        return None
    start, stop = chunks.end, chunks.end + chunks.small
    last = (first + chunks.last) & 0xFFFF
    if not chunks.large:
        if stop > len(body):
            return None
        # The low byte of the word counts feedbacks; the ticks of the reference take its place.
        ticks = (reference & 0xFFFFFF00) + sum(body[start:stop])
        return Summary(first, count, chunks.received, last, ticks % WRAP)
    came = arrivals(body)
    if not came:
        return None
    return Summary(first, count, chunks.received, last, came[-1][1])


def _survey(body: bytes, count: int) -> _Chunks | None:
    """Count what the chunks say; None when they are malformed or tell of no arrival."""
    at, left, end = 8, count, len(body)
    received = large = 0
    last = -1
    while left > 0:
        if at + 2 > end:
            return None
        chunk = body[at] << 8 | body[at + 1]
        at += 2
        found = _vector(chunk, left) if chunk >= 0x8000 else _run(chunk, left)
        if found is None:
            return None
        here, came, wide, place = found
        if came:
            received += came
            large += wide
            last = count - left + place
        left -= here
    if not received:
        return None
    return _Chunks(received, last, received - large, large, at)


def _vector(chunk: int, left: int) -> tuple[int, int, int, int] | None:
    """How many symbols, how many that came, how many of these large, the place of the last.

    The first symbol stands highest; what is beyond the count is padding.
    """
    if chunk < 0xC000:  # fourteen symbols of one bit
        here = min(left, 14)
        came = (chunk & 0x3FFF) >> (14 - here)
        return here, came.bit_count(), 0, here - (came & -came).bit_length()
    here = min(left, 7)
    symbols = (chunk & 0x3FFF) >> 2 * (7 - here)
    low, high = symbols & _LOW_BITS, symbols >> 1 & _LOW_BITS
    if low & high:
        return None  # 3 is reserved
    came = low | high
    from_end = (came & -came).bit_length() + 1 >> 1
    return here, came.bit_count(), high.bit_count(), here - from_end


def _run(chunk: int, left: int) -> tuple[int, int, int, int] | None:
    status, here = chunk >> 13, min(chunk & 0x1FFF, left)
    if status > _LARGE or not here:
        return None
    return here, here if status else 0, here if status == _LARGE else 0, here - 1


def arrivals(body: bytes) -> list[tuple[int, int]]:
    """(16-bit number, ticks modulo WRAP) of each packet that came; [] when malformed."""
    if len(body) < 11:
        return []
    first, count, reference = _HEAD.unpack_from(body)
    places, at = _places(body, count)
    ticks = reference & 0xFFFFFF00
    came = []
    for place, status in places:
        if at + status > len(body):
            return []
        if status == _SMALL:
            ticks += body[at]
        else:
            ticks += int.from_bytes(body[at : at + 2], signed=True)
        at += status
        came.append(((first + place) & 0xFFFF, ticks % WRAP))
    return came


def _places(body: bytes, count: int) -> tuple[list[tuple[int, int]], int]:
    """(place, status) of each packet that came, and where the deltas begin."""
    chunks = _survey(body, count)
    if chunks is None or chunks.end + chunks.small + 2 * chunks.large > len(body):
        return [], 0
    places: list[tuple[int, int]] = []
    at, place = 8, 0
    while place < count:
        chunk = body[at] << 8 | body[at + 1]
        at += 2
        if chunk < 0x8000:
            status, here = chunk >> 13, min(chunk & 0x1FFF, count - place)
            if status:
                places.extend((place + n, status) for n in range(here))
            place += here
            continue
        width, here = (2, 7) if chunk >= 0xC000 else (1, 14)
        mask = (1 << width) - 1
        symbols = (
            (place + n, chunk >> (14 - width * (n + 1)) & mask)
            for n in range(min(here, count - place))
        )
        places.extend(one for one in symbols if one[1])
        place += here
    return places, at
