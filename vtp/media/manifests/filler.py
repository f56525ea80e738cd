"""A black picture and silence, as fragmented MP4: what fills the holes of a rendition. Pure.

H.264 (ITU-T H.264), Opus (RFC 6716), ISO/IEC 14496-12 and -15. The picture is one frame for as long
as the piece is: its first macroblock is told sample by sample, the rest say "as beside me".
"""

from __future__ import annotations

from functools import cache

from vtp.media.manifests.boxes import box, fragment_of, full, header, track, u16, u32
from vtp.media.manifests.shapes import BLACK

_WIDTH, _HEIGHT = 16, 9  # macroblocks
_PACKET = b"\xf8\xff\xfe"  # 20 ms of silence
_SCALE = {True: 90_000, False: 48_000}
_PACKET_TICKS = 960


@cache
def head(name: str) -> bytes:
    """What stands before all fragments."""
    picture = name == BLACK
    wide, high = (_WIDTH * 16, _HEIGHT * 16) if picture else (0, 0)
    made = track(
        b"vide" if picture else b"soun",
        full(b"vmhd", 0, 1, bytes(8)) if picture else full(b"smhd", 0, 0, bytes(4)),
        _avc1() if picture else _opus(),
        scale=_SCALE[picture],
        size=(wide, high),
        volume=b"\0\0" if picture else b"\1\0",
    )
    return header(made)


def fragment(name: str, at: int, until: int) -> bytes:
    """From one millisecond to another."""
    picture = name == BLACK
    scale = _SCALE[picture] // 1_000
    ticks = (until - at) * scale
    if picture:
        samples = [(ticks, _picture())]
    else:
        whole, rest = divmod(ticks, _PACKET_TICKS)
        samples = [(_PACKET_TICKS, _PACKET)] * whole + [(rest, _PACKET)] * bool(rest)
    return fragment_of(samples, at=at * scale, number=at % 2**31 + 1)


def _avc1() -> bytes:
    sps, pps = _sps(), _pps()
    head = bytes(6) + b"\0\1" + bytes(16) + u16(_WIDTH * 16) + u16(_HEIGHT * 16)
    head += u32(0x480000) * 2 + bytes(4) + b"\0\1" + bytes(32) + b"\0\x18\xff\xff"
    record = b"\1" + sps[1:4] + b"\xff\xe1" + u16(len(sps)) + sps + b"\1" + u16(len(pps)) + pps
    return box(b"avc1", head, box(b"avcC", record))


def _opus() -> bytes:
    head = bytes(6) + b"\0\1" + bytes(8) + b"\0\2\0\x10" + bytes(4) + u32(48_000 << 16)
    # Version, channels, the samples to leave out, the rate, the gain, the family.
    return box(b"Opus", head, box(b"dOps", b"\0\2" + u16(312) + u32(48_000) + bytes(3)))


# --- the picture ------------------------------------------------------------------------------
class _Bits:
    def __init__(self) -> None:
        self.text = ""

    def raw(self, bits: str) -> _Bits:
        self.text += bits
        return self

    def ue(self, *values: int) -> _Bits:
        for value in values:
            code = f"{value + 1:b}"
            self.text += "0" * (len(code) - 1) + code
        return self

    def aligned(self) -> bytes:
        text = self.text + "0" * (-len(self.text) % 8)
        return int(text, 2).to_bytes(len(text) // 8)

    def unit(self, kind: int) -> bytes:
        self.raw("1")
        return bytes([kind]) + _escaped(self.aligned())


def _sps() -> bytes:
    """Constrained baseline, level 1.2; order counts as it comes."""
    bits = _Bits().raw(f"{66:08b}{0xC0:08b}{12:08b}").ue(0, 0, 2, 1).raw("0")
    return bits.ue(_WIDTH - 1, _HEIGHT - 1).raw("1100").unit(0x67)


def _pps() -> bytes:
    """One slice, CAVLC, and slices may say that nothing is smoothed."""
    return _Bits().ue(0, 0).raw("00").ue(0, 0, 0).raw("000").ue(0, 0, 0).raw("100").unit(0x68)


@cache
def _picture() -> bytes:
    bits = _Bits().ue(0, 7, 0).raw("0000").ue(0).raw("00").ue(0, 1).ue(25)
    bits.raw("0" * (-len(bits.text) % 8))
    samples = b"\x10" * 256 + b"\x80" * 128
    bits.raw(f"{int.from_bytes(samples):0{len(samples) * 8}b}")
    for number in range(1, _WIDTH * _HEIGHT):
        # The neighbours of the first count as full of coefficients (9.2.1), which changes a table.
        beside = number in {1, _WIDTH}
        bits.ue(3).raw("11").raw("000011" if beside else "1")
    unit = bits.unit(0x65)
    return u32(len(unit)) + unit


def _escaped(data: bytes) -> bytes:
    """No start code inside (7.4.1.1)."""
    found, zeros = bytearray(), 0
    for one in data:
        if zeros == 2 and one <= 3:
            found.append(3)
            zeros = 0
        found.append(one)
        zeros = 0 if one else zeros + 1
    return bytes(found)
