"""Fragmented MP4 with one track, written by hand: ISO/IEC 14496-12, as CMAF has it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

_KEY = 0x0200_0000  # a sample that depends on no other
_MATRIX = b"".join(one.to_bytes(4) for one in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))


def u16(value: int) -> bytes:
    return value.to_bytes(2)


def u32(value: int) -> bytes:
    return value.to_bytes(4)


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return u32(len(body) + 8) + kind + body


def full(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return box(kind, bytes([version]), flags.to_bytes(3), *content)


def header(made: bytes, *brands: bytes) -> bytes:
    """What stands before all fragments."""
    moov = box(
        b"moov",
        full(b"mvhd", 0, 0, bytes(8), u32(1_000), bytes(4), u32(0x10000), b"\1\0", bytes(10),
             _MATRIX, bytes(24), u32(2)),
        made,
        box(b"mvex", full(b"trex", 0, 0, u32(1), u32(1), bytes(12))),
    )  # fmt: skip
    return box(b"ftyp", b"iso6", bytes(4), b"iso6cmfcmp41", *brands) + moov


def track(
    kind: bytes,
    media: bytes,
    entry: bytes,
    *,
    scale: int,
    size: tuple[int, int] = (0, 0),
    volume: bytes = b"\0\0",
) -> bytes:
    """Its samples are all in fragments."""
    table = box(
        b"stbl",
        full(b"stsd", 0, 0, u32(1), entry),
        *(full(one, 0, 0, bytes(4)) for one in (b"stts", b"stsc", b"stco")),
        full(b"stsz", 0, 0, bytes(8)),
    )
    data = box(b"dinf", full(b"dref", 0, 0, u32(1), full(b"url ", 0, 1)))
    wide, high = size
    return box(
        b"trak",
        full(b"tkhd", 0, 3, bytes(8), u32(1), bytes(20), volume, bytes(2), _MATRIX,
             u32(wide << 16), u32(high << 16)),
        box(
            b"mdia",
            full(b"mdhd", 0, 0, bytes(8), u32(scale), bytes(4), b"\x55\xc4\0\0"),
            full(b"hdlr", 0, 0, bytes(4), kind, bytes(13)),
            box(b"minf", media, data, table),
        ),
    )  # fmt: skip


def fragment_of(samples: Sequence[tuple[int, bytes]], *, at: int, number: int) -> bytes:
    """Samples, each with how long it lasts, from a time on; both in ticks of the track."""
    run = b"".join(u32(duration) + u32(len(data)) for duration, data in samples)

    def made(offset: int) -> bytes:
        return box(
            b"moof",
            full(b"mfhd", 0, 0, u32(number)),
            box(
                b"traf",
                full(b"tfhd", 0, 0x020020, u32(1), u32(_KEY)),
                full(b"tfdt", 1, 0, at.to_bytes(8)),
                full(b"trun", 0, 0x000301, u32(len(samples)), u32(offset), run),
            ),
        )

    data = b"".join(data for _, data in samples)
    return made(len(made(0)) + 8) + box(b"mdat", data)
