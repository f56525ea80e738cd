"""Bits of a byte string, from the first on, with the numbers of ITU-T H.264, 9.1. Pure."""

from __future__ import annotations

_LEB128_BYTES = 8
_GOLOMB_ZEROS = 32  # of the longest number there may be (ITU-T H.264, 9.1; AV1 Bitstream, 4.10.3)


class Bits:
    """IndexError at the end."""

    __slots__ = ("_left", "_value")

    def __init__(self, data: bytes) -> None:
        self._left = len(data) * 8
        self._value = int.from_bytes(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise IndexError
        return self._value >> self._left & (1 << count) - 1

    def golomb(self) -> int:
        """IndexError also for a longer one: somebody could make us count zeros."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > _GOLOMB_ZEROS:
                raise IndexError
        return (1 << zeros) - 1 + self.take(zeros)

    def signed_golomb(self) -> int:
        number = self.golomb()
        return (number + 1) // 2 if number & 1 else -(number // 2)


def leb128(data: bytes, at: int) -> tuple[int, int]:
    """A length as AV1 writes it (AV1 Bitstream, 4.10.5), and where it ends."""
    value = 0
    for number in range(_LEB128_BYTES):
        byte = data[at + number]
        value |= (byte & 0x7F) << 7 * number
        if byte < 0x80:
            return value, at + number + 1
    raise IndexError


def as_leb128(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*written, value))
