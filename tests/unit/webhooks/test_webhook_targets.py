"""Where webhooks may go, and how they are signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import runpy
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.webhooks import pace, signature
from vtp.webhooks.targets import (
    BadTarget,
    ForbiddenTarget,
    networks,
    parsed,
    require_allowed,
)

# Nowhere that is not public, however it is written.
INSIDE = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "169.254.169.254",
    "169.254.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "192.88.99.1",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001:db8::1",
    "2001::1",
    "2002:7f00:1::1",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
BAD = [
    "",
    "hooks.example.org",
    "//hooks.example.org/",
    "ftp://hooks.example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_",
    "javascript:alert(1)",
    "https://",
    "https:///path",
    "https://user:pw@hooks.example.org/",
    "https://good.example.org@127.0.0.1/",
    "https://hooks.example.org/#part",
    "https://hooks.example.org:99999/",
    "https://hooks.example.org:0/",
    "https://hooks.example.org/ x",
    "https://hooks.example.org\\@127.0.0.1/",
    "https://hooks.example.org/\r\nHost: x",
    "https://[::1",
    "https://h/" + "x" * 2000,
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(ForbiddenTarget):
        require_allowed("https", [address], ())


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_what_is_public_is_allowed_by_https_alone(address: str) -> None:
    assert require_allowed("https", [address], ())
    with pytest.raises(ForbiddenTarget):
        require_allowed("http", [address], ())


def test_a_name_with_one_private_address_is_not_trusted() -> None:
    with pytest.raises(ForbiddenTarget):
        require_allowed("https", ["93.184.216.34", "10.0.0.1"], ())


def test_networks_that_the_operator_named_are_allowed() -> None:
    allowed = networks(["10.1.2.0/24"])
    assert require_allowed("http", ["10.1.2.3"], allowed) == ["10.1.2.3"]
    with pytest.raises(ForbiddenTarget):
        require_allowed("http", ["10.1.3.3"], allowed)


@pytest.mark.parametrize("url", BAD)
def test_what_is_no_address_of_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(BadTarget):
        parsed(url)


@given(st.text(max_size=60))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    for url in (text, f"https://{text}"):
        try:
            assert parsed(url).hostname
        except BadTarget:
            continue


def test_each_secret_that_counts_signs() -> None:
    made = signature.headers("msg_1", at=1_700_000_000.9, body=b"{}", secrets=[b"new", b"old"])
    assert made["webhook-timestamp"] == "1700000000"
    by_hand = [
        base64.b64encode(hmac.digest(key, b"msg_1.1700000000.{}", hashlib.sha256)).decode()
        for key in (b"new", b"old")
    ]
    assert made["webhook-signature"].split() == [f"v1,{one}" for one in by_hand]


def test_the_pauses_grow_and_end() -> None:
    pauses = [pace.pause_after(attempts) for attempts in range(1, pace.MOST + 1)]
    known = [one for one in pauses if one is not None]
    assert pauses[-1] is None
    assert known == sorted(known)
    assert sum(known, timedelta()) > timedelta(days=3)


def test_the_example_of_the_manual_believes_what_we_sign_and_nothing_else(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[3] / "docs" / "API.md").read_text("utf-8")
    (example,) = (
        block
        for block in re.findall(r"```python\n(.*?)```", manual, re.DOTALL)
        if "def is_ours" in block
    )
    (tmp_path / "example.py").write_text(example)
    is_ours = runpy.run_path(str(tmp_path / "example.py"))["is_ours"]
    secret, body = b"s" * 32, b'{"type": "meeting.started"}'
    sent = signature.headers("msg_1", at=time.time(), body=body, secrets=[secret, b"old"])
    assert is_ours(signature.shown(secret), sent, body)
    assert not is_ours(signature.shown(b"x" * 32), sent, body)
    assert not is_ours(signature.shown(secret), sent, body + b" ")
    stale = signature.headers("msg_1", at=time.time() - 600, body=body, secrets=[secret])
    assert not is_ours(signature.shown(secret), stale, body)
