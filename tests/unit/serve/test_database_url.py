"""An address that cannot be read is told in one line, without the password that is in it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from asyncpg import connect_utils
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vtp.serve.database_url import BadDatabaseUrl, require_readable


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://vtp:zqzx@host:port/vtp", "port"),
        ("postgresql://vtp:zqzx@host:0/vtp", "port"),
        ("postgresql://vtp:zqzx@host:99999/vtp", "port"),
        ("postgresql://vtp:zqzx@host:-1/vtp", "port"),
        ("postgresql://vtp:zqzx@host:5432,other:x/vtp", "port"),
        ("postgresql://vtp:zqzx@/vtp?host=/run&port=x", "port"),
        ("postgresql://vtp:zq/zx@host/vtp", "%2F"),
        ("postgresql://vtp:zq#zx@host:5432/vtp", "%23"),
        ("postgresql://vtp:zq@zx@host/vtp", "%40"),
        ("postgresql://vtp:zqzx@[::1/vtp", "bracket"),
        ("postgresql://vtp:zqzx@host/vtp?zqzx", "?"),
        ("postgresql://vtp:zqzx@a..b/vtp", "host"),
        ("postgresql://vtp:zqzx@,host/vtp", "host"),
        ("postgresql://vtp:zqzx@host\n/vtp", "line break"),
        ("mysql://vtp:zqzx@host/vtp", "scheme"),
        ("host=localhost password=zqzx", "scheme"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(url: str, why: str) -> None:
    with pytest.raises(BadDatabaseUrl) as refused:
        require_readable(url)
    said = str(refused.value)
    assert said.startswith("VTP_DATABASE_URL cannot be read: ")
    assert why in said
    assert "zq" not in said
    assert "zx" not in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://vtp:secret@host:5432/vtp",
        "postgres://host",
        "postgresql://vtp@/vtp?host=/tmp/sockets&port=5432&passfile=/tmp/p",
        "postgresql://vtp:se%40c%2Fret@[::1]:5432/vtp?sslmode=require",
        "postgresql://vtp@one:5432,two:5433/vtp",
        "postgresql://vtp@schule.münchen.example/vtp",
        "postgresql:///vtp",
    ],
)
def test_what_can_be_read_is_taken(url: str) -> None:
    require_readable(url)


PIECES = st.lists(
    st.sampled_from([*"@:/?#[],%&=.", "h", "1", "5432", "x:y@", "host=", "port=", "%40", "::1"])
    | st.text(max_size=3),
    max_size=8,
).map("".join)


@settings(deadline=None)
@given(PIECES)
@example("h/d?host=[::1")
@example("h:/d")
def test_what_is_taken_the_driver_can_read(rest: str) -> None:
    url = f"postgresql://{rest}"
    try:
        require_readable(url)
    except BadDatabaseUrl:
        return
    read_by_the_driver(url)


def read_by_the_driver(url: str) -> None:
    """Its own reading of an address; it is private, and asyncpg is pinned."""
    nothing: dict[str, Any] = dict.fromkeys(
        (
            *("host", "port", "password", "passfile", "ssl", "service", "servicefile"),
            *("direct_tls", "server_settings", "target_session_attrs", "krbsrvname", "gsslib"),
        )
    )
    with suppress(asyncpg.ClientConfigurationError):  # which says in one line what it is
        vars(connect_utils)["_parse_connect_dsn_and_args"](
            dsn=url, user="u", database="d", **nothing
        )
