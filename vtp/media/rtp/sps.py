"""What the sequence parameter set of an H.264 stream says of its pictures. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from vtp.media.rtp.bits import Bits

# Parameter sets are some 20 bytes long; what is longer is somebody playing.
_LONGEST = 256
# Profiles whose parameter sets begin with the format of colours (ITU-T H.264, 7.3.2.1.1).
_WITH_COLOURS = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 138, 244})
_ONE_FORMAT = 1  # chroma_format_idc of the profiles that do not say it: 4:2:0
_FULL = 3  # 4:4:4
_LISTS, _LISTS_OF_FULL = 8, 12
_MOST_REFERRED = 255
_INTERLACED = 2  # fields of a frame


@dataclass(frozen=True, slots=True)
class Sps:
    profile: int
    constraints: int
    level: int
    width: int
    height: int

    @property
    def codec(self) -> str:
        """RFC 6381, 3.3."""
        return f"avc1.{self.profile:02x}{self.constraints:02x}{self.level:02x}"


def read(unit: bytes) -> Sps | None:
    """A whole unit of type 7 without its start code; None where it cannot be read."""
    try:
        return _read(unit[1:_LONGEST].replace(b"\0\0\3", b"\0\0"))
    except IndexError:
        return None


def _read(data: bytes) -> Sps:
    bits = Bits(data[3:])
    bits.golomb()  # its id
    chroma = _colours(bits) if data[0] in _WITH_COLOURS else _ONE_FORMAT
    bits.golomb()  # numbers of frames
    _order(bits)
    bits.golomb()  # frames that are referred to
    bits.take(1)
    across, down = bits.golomb() + 1, bits.golomb() + 1
    fields = 2 - bits.take(1)
    beside, below = _cut_off(bits, fields, chroma)
    width, height = across * 16 - beside, down * 16 * fields - below
    return Sps(data[0], data[1], data[2], max(width, 0), max(height, 0))


def _cut_off(bits: Bits, fields: int, chroma: int) -> tuple[int, int]:
    """Pixels of the last blocks that are not shown; a set that ends here shows all of them."""
    try:
        if fields == _INTERLACED:
            bits.take(1)
        bits.take(1)
        if not bits.take(1):
            return 0, 0
        left, right, top, bottom = (bits.golomb() for _ in range(4))
    except IndexError:
        return 0, 0
    across, down = (2 if chroma in {1, 2} else 1), (2 if chroma == 1 else 1)
    return (left + right) * across, (top + bottom) * down * fields


def _order(bits: Bits) -> None:
    """How the order of pictures is told."""
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.golomb()
        bits.golomb()
        for _ in range(min(bits.golomb(), _MOST_REFERRED)):
            bits.golomb()


def _colours(bits: Bits) -> int:
    chroma = bits.golomb()
    if chroma == _FULL:
        bits.take(1)
    bits.golomb()  # depths
    bits.golomb()
    bits.take(1)
    if bits.take(1):
        for number in range(_LISTS if chroma != _FULL else _LISTS_OF_FULL):
            if bits.take(1):
                _pass_list(bits, 16 if number < 6 else 64)
    return chroma


def _pass_list(bits: Bits, size: int) -> None:
    """7.3.2.1.1.1: a matrix of scales, which only decoders need."""
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed_golomb() + 256) % 256
        last = following or last
