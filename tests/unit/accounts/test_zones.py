"""The cities that time zones are named for."""

from __future__ import annotations

import pytest

from vtp.accounts import zones


@pytest.mark.parametrize(
    ("zone", "place"),
    [
        ("Africa/Accra", "Accra"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("UTC", ""),
        ("Etc/GMT+3", ""),
        ("", ""),
    ],
)
def test_a_place_is_the_city_of_a_zone(zone: str, place: str) -> None:
    assert zones.place(zone) == place
