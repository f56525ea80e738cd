"""Under which names the server answers, and who really asks."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from vtp.edge.origins import CrossOrigin, Origins, check_origin, client_address, of_settings
from vtp.edge.problems import Misdirected
from vtp.settings import Server


@pytest.mark.parametrize(
    ("server", "public", "known", "unknown"),
    [
        (Server(), "http://localhost:8080", "127.0.0.1:8080", "localhost"),
        (Server(), "http://localhost:8080", "[::1]:8080", "evil.test:8080"),
        (Server(host="0.0.0.0"), "http://localhost:8080", "LOCALHOST:8080", "10.0.0.7:8080"),
        (
            Server(host="0.0.0.0", hosts=("10.0.0.7:8080",)),
            "http://localhost:8080",
            "10.0.0.7:8080",
            "10.0.0.8:8080",
        ),
        (
            Server(url="https://class.example.org/", port=9000, host="10.1.1.1"),
            "https://class.example.org",
            "class.example.org",
            "localhost:9000",
        ),
        (Server(port=443, tls_cert="x", host="::"), "https://localhost", "localhost", "::1"),
        (Server(host="fe80::1", port=81), "http://[fe80::1]:81", "[fe80::1]:81", "localhost:81"),
    ],
)
def test_it_answers_under_its_names_only(
    server: Server, public: str, known: str, unknown: str
) -> None:
    origins = of_settings(server)
    assert origins.public == public
    origins.require_host(known)
    with pytest.raises(Misdirected):
        origins.require_host(unknown)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "null",
        "",
        "http://school.test",
        "https://school.test.evil.test",
        "https://SCHOOL.test/",
        "https://school.test:444",
        "https://evil.test",
    ],
)
def test_only_the_exact_origin_passes(sent: str | None) -> None:
    check_origin("https://school.test", "https://school.test")
    with pytest.raises(CrossOrigin):
        check_origin(sent, "https://school.test")


def test_https_is_told_by_the_public_origin() -> None:
    assert Origins("https://a.test", frozenset()).secure
    assert not Origins("http://a.test", frozenset()).secure


PROXY = (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1", "10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", [", ".join(["10.0.0.3"] * 1000)], "10.0.0.3"),
        ("unix", ["198.51.100.1"], "unix"),
    ],
)
def test_forwarded_addresses_count_only_from_our_proxies(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert client_address(peer, forwarded, PROXY) == client


def test_without_proxies_nothing_forwarded_is_read() -> None:
    assert client_address("10.0.0.1", ["198.51.100.1"], ()) == "10.0.0.1"
