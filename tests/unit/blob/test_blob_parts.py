from __future__ import annotations

import base64
import hashlib
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vtp.blob.parts import MAX_PARTS, Seal, cut, denies_whole

MIB = 1_048_576


@given(st.integers(1, 10**13), st.sampled_from([5 * MIB, 8 * MIB, 64 * MIB]))
def test_parts_cover_everything_once_and_are_never_too_many(size: int, part_size: int) -> None:
    parts = cut(size, part_size)
    assert len(parts) <= MAX_PARTS
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert parts[0].at == 0
    assert all(a.at + a.length == b.at for a, b in pairwise(parts))
    assert parts[-1].at + parts[-1].length == size
    # Some stores want all of one size but the last.
    assert len({part.length for part in parts[:-1]}) <= 1
    assert all(part.length >= part_size for part in parts[:-1])


def test_a_seal_of_sha256_is_denied_only_by_another_checksum() -> None:
    seal = Seal.of(b"abc", "sha256")
    assert seal.headers == {"ChecksumSHA256": seal.text}
    assert not seal.denied_by({"ETag": '"00000000000000000000000000000000"'})
    assert not seal.denied_by({"ChecksumSHA256": seal.text})
    assert seal.denied_by({"ChecksumSHA256": Seal.of(b"abd", "sha256").text})


def test_a_seal_of_md5_is_denied_by_an_etag_that_is_another_md5() -> None:
    seal = Seal.of(b"abc", "md5")
    assert seal.headers == {"ContentMD5": base64.b64encode(seal.digest).decode()}
    assert not seal.denied_by({"ETag": f'"{seal.digest.hex()}"'})
    assert seal.denied_by({"ETag": f'"{"0" * 32}"'})


def test_an_etag_that_cannot_be_an_md5_denies_nothing() -> None:
    seal = Seal.of(b"abc", "md5")
    assert not seal.denied_by({})
    assert not seal.denied_by({"ETag": '"abc-2"'})
    assert not seal.denied_by({"ETag": f'"{"0" * 32}"', "ServerSideEncryption": "aws:kms"})


def test_the_checksum_of_an_upload_is_one_over_those_of_its_parts() -> None:
    seals = [Seal.of(b"abc", "sha256"), Seal.of(b"de", "sha256")]
    joined = hashlib.sha256(seals[0].digest + seals[1].digest).digest()
    right = f"{base64.b64encode(joined).decode()}-2"
    assert not denies_whole(seals, {"ChecksumSHA256": right})
    assert denies_whole(seals[::-1], {"ChecksumSHA256": right})
    assert not denies_whole(seals, {})
    assert not denies_whole([Seal.of(b"abc", "md5")], {"ChecksumSHA256": right})
