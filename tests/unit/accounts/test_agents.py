"""What people recognise of a User-Agent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.accounts import agents

KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "Chrome/140.0.0.0 Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
BOOK = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)"


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (f"{LINUX} Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"{WINDOWS} {KHTML} {CHROME}", "Chrome on Windows"),
        (f"{WINDOWS} {KHTML} {CHROME} Edg/140.0.0.0", "Edge on Windows"),
        (f"{PHONE} {APPLE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{PHONE} {APPLE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"{ANDROID} {KHTML} SamsungBrowser/28.0 {CHROME}", "Samsung Internet on Android"),
        (f"{MAC} {APPLE} Version/18.5 Safari/605.1.15", "Safari on macOS"),
        (f"{BOOK} {KHTML} {CHROME} OPR/123.0.0.0", "Opera on ChromeOS"),
        ("Firefox/140.0", "Firefox"),
        ("python-requests/2.32.3", "python-requests"),
        ("curl/8.14.1", "curl"),
        ("", "Unknown program"),
        ("(;;;)", "Unknown program"),
    ],
)
def test_a_person_recognises_their_device(agent: str, shown: str) -> None:
    assert agents.shown(agent) == shown


@given(st.text(max_size=600))
def test_whatever_is_sent_is_shown_as_one_short_printable_line(agent: str) -> None:
    shown = agents.shown(agents.storable(agent))
    assert 0 < len(shown) <= 60
    assert shown.isprintable()


@given(st.text(st.characters(), max_size=600))
def test_whatever_is_sent_can_be_stored(agent: str) -> None:
    stored = agents.storable(agent)
    assert len(stored) <= 256
    assert "\x00" not in stored
    stored.encode("utf-8")


def test_bytes_that_are_no_text_can_be_stored() -> None:
    agents.storable(b"caf\xe9 \xff\xfe".decode("utf-8", "surrogateescape")).encode("utf-8")
