from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, date, datetime
from uuid import UUID

import jwt
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.telemetry import redact
from vtp.telemetry.redact import HIDDEN

CANARY = "Kanarienvogel-7"


@pytest.mark.parametrize(
    "name",
    ["password", "Password", "new_password", "token", "access_token", "refresh-token", "Cookie",
     "Set-Cookie", "authorization", "Authorization", "x-api-key", "X-API-Key", "apikey", "secret",
     "s3_secret_key", "passwd", "passphrase", "pepper", "csrf", "csrf_token", "tokens"],
)  # fmt: skip
def test_a_field_with_the_name_of_a_secret_is_hidden(name: str) -> None:
    assert redact.value(CANARY, name=name) == HIDDEN
    assert redact.value({name: CANARY}) == {name: HIDDEN}
    assert redact.value([{"deep": {name: [CANARY]}}]) == [{"deep": {name: HIDDEN}}]


@pytest.mark.parametrize("name", ["user_id", "route", "status", "tokenizer", "secrets", "ms"])
def test_a_field_with_another_name_is_shown(name: str) -> None:
    assert redact.value("seen", name=name) == "seen"


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://vtp:{CANARY}@db:5432/vtp",
        f"cannot reach postgres://vtp:{CANARY}@db/x: refused",
        f"redis://:{CANARY}@cache:6379/0",
        f"https://me:{CANARY}/with@both@host/x",
        f"Authorization: Bearer {CANARY}",
        f"authorization=Basic {CANARY}",
        f"got Bearer {CANARY}",
        f"Cookie: vtp-session={CANARY}; theme=dark",
        f"Set-Cookie: __Host-vtp-session={CANARY}; Path=/",
        f"__Host-vtp-session={CANARY}",
        f"password={CANARY}",
        f"password: {CANARY}",
        f"Login(email='a@b.test', password='{CANARY}')",
        f'{{"email": "a@b.test", "password": "{CANARY}"}}',
        f'{{"password":"half \\" {CANARY}"}}',
        f"/setup?token={CANARY}&next=/",
        f"POST /x?access_token={CANARY}",
        f"X-API-Key: {CANARY}",
        f"s3_secret_key={CANARY}",
        f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----",
        f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}",
    ],
)
def test_a_secret_in_a_sentence_is_hidden(text: str) -> None:
    found = redact.text(text)
    assert CANARY not in found
    assert HIDDEN in found


def test_our_own_tokens_are_known_by_their_shape() -> None:
    opaque = secrets.token_urlsafe(32)
    token = jwt.encode({"sub": "018f"}, "k" * 32, algorithm="HS256")
    for secret in (f"vtp_{opaque}", opaque, token):
        for text in (secret, f"he sent {secret} to us", f"({secret})", f'"{secret}"'):
            assert secret not in redact.text(text)


@pytest.mark.parametrize(
    "text",
    [
        "http.request",
        "018f2d5e-7f1a-7b3c-8d9e-0123456789ab",
        "2026-03-12T18:00:00.000000Z",
        "vtp_http_request_seconds",
        "vtp_Qk1x9aZ0",
        "12 tokens were counted",
        "http://localhost:8080/api/v1/users/018f2d5e-7f1a-7b3c-8d9e-0123456789ab",
        "0b1f7ad9" * 8,
        "A part that this needs is not available right now. Try again.",
    ],
)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert redact.text(text) == text


@given(st.text(max_size=60))
def test_a_text_that_was_looked_through_stays_as_it_is(text: str) -> None:
    once = redact.text(text)
    assert redact.text(once) == once


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
        | st.uuids() | st.dates() | st.datetimes(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
        max_leaves=20,
    )
)  # fmt: skip
def test_every_value_becomes_one_that_json_can_hold(value: object) -> None:
    json.dumps(redact.value(value), allow_nan=False)


def test_what_has_no_place_in_json_is_shown_as_text() -> None:
    class Login(msgspec.Struct):
        email: str
        password: str

    assert redact.value(UUID(int=5)) == "00000000-0000-0000-0000-000000000005"
    assert redact.value(date(2026, 3, 12)) == "2026-03-12"
    assert redact.value(datetime(2026, 3, 12, tzinfo=UTC)) == "2026-03-12 00:00:00+00:00"
    assert redact.value(float("inf")) == "inf"
    assert CANARY not in redact.value(Login("a@b.test", CANARY))
    assert CANARY not in redact.value(ValueError(f"password={CANARY}"))


def test_payloads_are_cut_in_every_direction() -> None:
    assert len(redact.text("x " * 100_000)) <= redact.LONGEST
    assert len(redact.value(list(range(1000)))) <= 50
    assert len(redact.value({str(n): n for n in range(1000)})) <= 50
    deep: object = CANARY
    for _ in range(50):
        deep = [deep]
    assert len(json.dumps(redact.value(deep))) < 300


@pytest.mark.parametrize(
    "piece",
    ["a", "a:", "://a:", "a@b:c//", "password ", "password='\\", "eyJaaaa", "eyJaaaa.", "cookie=",
     "vtp_aaaa", "bearer ", '"', "-----BEGIN PRIVATE KEY-----", "token\t", "a-_", "=://:@"],
)  # fmt: skip
def test_no_text_makes_the_search_slow(piece: str) -> None:
    text = piece * (redact.LONGEST // len(piece))
    began = time.process_time()
    redact.text(text)
    # A search in square time takes seconds; a straight one about a millisecond.
    assert time.process_time() - began < 0.25
