from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from vtp.serve.certificate import ensure

NOW = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
NAMES = ["192.0.2.7", "classroom", "localhost"]


def certificate(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "lan.crt").read_bytes())


def test_it_names_every_address_and_host(tmp_path: Path) -> None:
    ensure(tmp_path, NAMES, now=NOW)
    names = certificate(tmp_path).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("192.0.2.7")]
    assert names.value.get_values_for_type(x509.DNSName) == ["classroom", "localhost"]


def test_a_tls_server_can_use_it(tmp_path: Path) -> None:
    ensure(tmp_path, NAMES, now=NOW)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "lan.crt", tmp_path / "lan.key")


def test_it_stays_the_same_so_that_a_browser_remembers_it(tmp_path: Path) -> None:
    ensure(tmp_path, NAMES, now=NOW)
    before = certificate(tmp_path).serial_number
    ensure(tmp_path, NAMES[:2], now=NOW + timedelta(days=100))
    assert certificate(tmp_path).serial_number == before


def test_a_new_address_makes_a_new_one(tmp_path: Path) -> None:
    ensure(tmp_path, NAMES, now=NOW)
    before = certificate(tmp_path).serial_number
    ensure(tmp_path, [*NAMES, "192.0.2.8"], now=NOW)
    assert certificate(tmp_path).serial_number != before


def test_it_is_renewed_before_it_ends(tmp_path: Path) -> None:
    ensure(tmp_path, NAMES, now=NOW)
    later = NOW + timedelta(days=340)
    ensure(tmp_path, NAMES, now=later)
    assert certificate(tmp_path).not_valid_after_utc > later + timedelta(days=300)


def test_the_key_is_for_the_owner_alone(tmp_path: Path) -> None:
    ensure(tmp_path, NAMES, now=NOW)
    assert (tmp_path / "lan.key").stat().st_mode & 0o077 == 0
