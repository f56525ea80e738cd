"""A black picture and silence, as fragmented MP4: what fills the holes of a rendition. Pure.

H.264 (ITU-T H.264), Opus (RFC 6716), ISO/IEC 14496-12 and -15. The picture is one frame for as long
as the piece is: its first macroblock is told sample by sample, the rest say "as beside me".
"""

from __future__ import annotations

from functools import cache

from vtp.media.manifests.shapes import BLACK

_WIDTH, _HEIGHT = 16, 9  # macroblocks
_PACKET = b"\xf8\xff\xfe"  # 20 ms of silence
_SCALE = {True: 90_000, False: 48_000}
_PACKET_TICKS = 960
_KEY = 0x0200_0000  # a sample that depends on no other
_MATRIX = b"".join(one.to_bytes(4) for one in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))


@cache
def head(name: str) -> bytes:
    """What stands before all fragments."""
    picture = name == BLACK
    moov = _box(
        b"moov",
        _full(b"mvhd", 0, 0, bytes(8), _u32(1_000), bytes(4), _u32(0x10000), b"\1\0", bytes(10),
              _MATRIX, bytes(24), _u32(2)),
        _track(picture=picture),
        _box(b"mvex", _full(b"trex", 0, 0, _u32(1), _u32(1), bytes(12))),
    )  # fmt: skip
    return _box(b"ftyp", b"iso6", bytes(4), b"iso6cmfcmp41") + moov


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
    return _moof(at * scale, samples, number=at % 2**31 + 1)


def _moof(time: int, samples: list[tuple[int, bytes]], *, number: int) -> bytes:
    run = b"".join(_u32(duration) + _u32(len(data)) for duration, data in samples)
    data = b"".join(data for _, data in samples)

    def made(offset: int) -> bytes:
        return _box(
            b"moof",
            _full(b"mfhd", 0, 0, _u32(number)),
            _box(
                b"traf",
                _full(b"tfhd", 0, 0x020020, _u32(1), _u32(_KEY)),
                _full(b"tfdt", 1, 0, time.to_bytes(8)),
                _full(b"trun", 0, 0x000301, _u32(len(samples)), _u32(offset), run),
            ),
        )

    return made(len(made(0)) + 8) + _box(b"mdat", data)


def _track(*, picture: bool) -> bytes:
    wide, high = (_WIDTH * 16, _HEIGHT * 16) if picture else (0, 0)
    volume = b"\0\0" if picture else b"\1\0"
    media = _full(b"vmhd", 0, 1, bytes(8)) if picture else _full(b"smhd", 0, 0, bytes(4))
    kind = b"vide" if picture else b"soun"
    entry = _avc1() if picture else _opus()
    table = _box(
        b"stbl",
        _full(b"stsd", 0, 0, _u32(1), entry),
        *(_full(one, 0, 0, bytes(4)) for one in (b"stts", b"stsc", b"stco")),
        _full(b"stsz", 0, 0, bytes(8)),
    )
    data = _box(b"dinf", _full(b"dref", 0, 0, _u32(1), _full(b"url ", 0, 1)))
    return _box(
        b"trak",
        _full(b"tkhd", 0, 3, bytes(8), _u32(1), bytes(20), volume, bytes(2), _MATRIX,
              _u32(wide << 16), _u32(high << 16)),
        _box(
            b"mdia",
            _full(b"mdhd", 0, 0, bytes(8), _u32(_SCALE[picture]), bytes(4), b"\x55\xc4\0\0"),
            _full(b"hdlr", 0, 0, bytes(4), kind, bytes(13)),
            _box(b"minf", media, data, table),
        ),
    )  # fmt: skip


def _avc1() -> bytes:
    sps, pps = _sps(), _pps()
    head = bytes(6) + b"\0\1" + bytes(16) + _u16(_WIDTH * 16) + _u16(_HEIGHT * 16)
    head += _u32(0x480000) * 2 + bytes(4) + b"\0\1" + bytes(32) + b"\0\x18\xff\xff"
    record = b"\1" + sps[1:4] + b"\xff\xe1" + _u16(len(sps)) + sps + b"\1" + _u16(len(pps)) + pps
    return _box(b"avc1", head, _box(b"avcC", record))


def _opus() -> bytes:
    head = bytes(6) + b"\0\1" + bytes(8) + b"\0\2\0\x10" + bytes(4) + _u32(48_000 << 16)
    # Version, channels, the samples to leave out, the rate, the gain, the family.
    return _box(b"Opus", head, _box(b"dOps", b"\0\2" + _u16(312) + _u32(48_000) + bytes(3)))


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
    return _u32(len(unit)) + unit


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


# --- boxes ------------------------------------------------------------------------------------
def _u16(value: int) -> bytes:
    return value.to_bytes(2)


def _u32(value: int) -> bytes:
    return value.to_bytes(4)


def _box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return _u32(len(body) + 8) + kind + body


def _full(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return _box(kind, bytes([version]), flags.to_bytes(3), *content)
