"""What the record keeps of an address once its time is over."""

from __future__ import annotations

import pytest

from vtp.audit.addresses import digest, network_of


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("unix", "unix"),
    ],
)
def test_the_last_part_of_an_address_is_left_out(address: str, kept: str) -> None:
    assert network_of(address) == kept


def test_the_digest_needs_the_salt() -> None:
    assert digest("203.0.113.9", b"a" * 16) != digest("203.0.113.9", b"b" * 16)
    assert digest("203.0.113.9", b"a" * 16) == digest("203.0.113.9", b"a" * 16)
