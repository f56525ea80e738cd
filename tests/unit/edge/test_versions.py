"""Which version of the API is spoken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.app import declared
from vtp.edge import versions
from vtp.edge.versions import NoCommonVersion


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("/api/v1/rooms", "1"),
        ("/api/v1", "1"),
        ("/api/v2/rooms", None),
        ("/api/v11/rooms", None),
        ("/api/openapi.json", None),
        ("/rooms/api/v1/", None),
    ],
)
def test_the_path_has_a_version(path: str, version: str | None) -> None:
    assert versions.of(path) == version


@pytest.mark.parametrize("asked", [None, "1", "2, 1", " 1 ,7"])
def test_who_understands_it_or_says_nothing_is_answered(asked: str | None) -> None:
    versions.require("1", asked)


@pytest.mark.parametrize("asked", ["2", "", "v1", "1.0", "11", ",", "*"])
def test_who_does_not_is_told_what_is_spoken(asked: str) -> None:
    with pytest.raises(NoCommonVersion) as refused:
        versions.require("1", asked)
    assert refused.value.more == {"versions": ["1"]}


@given(st.text())
def test_nothing_else_happens_whatever_is_asked(asked: str) -> None:
    understood = "1" in [one.strip() for one in asked.split(",")]
    try:
        versions.require("1", asked)
    except NoCommonVersion:
        assert not understood
    else:
        assert understood


def test_every_route_of_the_api_has_a_version_but_its_description() -> None:
    without = {r.path for r in declared.routes() if r.is_api and r.version is None}
    assert without == {"/api/openapi.json", "/api/docs", "/api/redoc"}
