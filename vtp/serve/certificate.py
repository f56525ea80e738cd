"""Makes a self-signed certificate for a local network: `python -m vtp.serve.certificate`.

A program of its own, because `cryptography` is large and the supervisor stays small.
"""

from __future__ import annotations

import argparse
import ipaddress
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vtp import secretfiles

# Apple's limit is 825 days for certificates that a person trusts by hand; a year is plenty.
_LIFETIME = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=30)
CERTIFICATE, KEY = "lan.crt", "lan.key"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="vtp.serve.certificate", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="+", help="host names and addresses")
    arguments = parser.parse_args(argv)
    ensure(arguments.folder, arguments.names, now=datetime.now(UTC))
    return 0


def ensure(folder: Path, names: Sequence[str], *, now: datetime) -> None:
    """Keep the certificate while it is good for all these names, so that browsers remember it."""
    secretfiles.private_folder(folder)
    if not _still_good(folder, names, now):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _signed(key, names, now)
        pem = serialization.Encoding.PEM
        plain = serialization.NoEncryption()
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
        _replace(folder / KEY, private)
        _replace(folder / CERTIFICATE, certificate.public_bytes(pem))


def _still_good(folder: Path, names: Sequence[str], now: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
        key = serialization.load_pem_private_key((folder / KEY).read_bytes(), None)
    except (OSError, ValueError):
        return False
    names_in = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        key.public_key() == certificate.public_key()
        and set(_general(names)) <= set(names_in)
        and now + _RENEW_BEFORE < certificate.not_valid_after_utc
    )


def _signed(
    key: ec.EllipticCurvePrivateKey, names: Sequence[str], now: datetime
) -> x509.Certificate:
    us = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vtp on this network")])
    return (
        x509.CertificateBuilder()
        .subject_name(us)
        .issuer_name(us)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # a phone's clock may be behind ours
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectAlternativeName(_general(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _general(names: Sequence[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
