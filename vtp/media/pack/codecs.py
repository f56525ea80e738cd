"""The name of a codec (RFC 6381, ISO/IEC 14496-15) from the head of a fragmented MP4. Pure."""

from __future__ import annotations


def named(head: bytes) -> str:
    """Of its one picture; "" when it is of no kind that we make."""
    for kind, name in ((b"avcC", _avc), (b"hvcC", _hevc), (b"vpcC", _vp9), (b"av1C", _av1)):
        at = head.find(kind)
        if at >= 0:
            return name(head[at + 4 : at + 40])
    return ""


def _avc(box: bytes) -> str:
    return f"avc1.{box[1]:02x}{box[2]:02x}{box[3]:02x}"


def _hevc(box: bytes) -> str:
    """Annex E.3: profile, what it is compatible with (reversed), tier and level, constraints."""
    compatible = int(f"{int.from_bytes(box[2:6]):032b}"[::-1], 2)
    tier = "H" if box[1] & 0x20 else "L"
    limits = box[6:12].rstrip(b"\0")
    told = "".join(f".{one:X}" for one in limits)
    return f"hvc1.{box[1] & 0x1F}.{compatible:X}.{tier}{box[12]}{told}"


def _vp9(box: bytes) -> str:
    """Profile, level, depth."""
    return f"vp09.{box[4]:02d}.{box[5]:02d}.{box[6] >> 4:02d}"


def _av1(box: bytes) -> str:
    """Profile, level and tier, depth."""
    level, tier = box[1] & 0x1F, "H" if box[2] & 0x80 else "M"
    depth = 10 if box[2] & 0x40 else 8
    return f"av01.{box[1] >> 5}.{level:02d}{tier}.{depth:02d}"
