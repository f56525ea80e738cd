"""Names of codecs (RFC 6381) out of the boxes that tell players what they need."""

from __future__ import annotations

import pytest

from vtp.media.pack.codecs import named

_AVC = bytes([1, 0x64, 0x00, 0x28])
_HEVC = bytes([1, 0x01, 0x60, 0x00, 0x00, 0x00, 0x90, 0, 0, 0, 0, 0, 93])
_HEVC_HIGH = bytes([1, 0x22, 0x20, 0x00, 0x00, 0x00, 0xB0, 0x23, 0, 0, 0, 0, 120])
_VP9 = bytes([1, 0, 0, 0, 0, 31, 0x80])
_AV1 = bytes([0x81, 0x08, 0x0C])
_AV1_DEEP = bytes([0x81, 0x0D, 0xC0])


@pytest.mark.parametrize(
    ("kind", "box", "name"),
    [
        (b"avcC", _AVC, "avc1.640028"),
        (b"hvcC", _HEVC, "hvc1.1.6.L93.90"),
        (b"hvcC", _HEVC_HIGH, "hvc1.2.4.H120.B0.23"),
        (b"vpcC", _VP9, "vp09.00.31.08"),
        (b"av1C", _AV1, "av01.0.08M.08"),
        (b"av1C", _AV1_DEEP, "av01.0.13H.10"),
    ],
)
def test_a_codec_is_called_as_its_configuration_says(kind: bytes, box: bytes, name: str) -> None:
    assert named(b"\0\0\0\x28moov" + kind + box + bytes(40)) == name


def test_a_head_of_another_kind_has_no_name() -> None:
    assert named(b"\0\0\0\x08moov") == ""
