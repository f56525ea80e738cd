"""A renewed certificate is taken without a restart."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vtp.edge.tls import Certificate, certificate
from vtp.settings import Server, SettingsError

_NOW = datetime(2026, 3, 12, tzinfo=UTC)


def put_pair(folder: Path, name: str) -> Server:
    """A certificate for `name` with its key, where the settings look for them."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOW)
        .not_valid_after(_NOW + timedelta(days=10_000))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    put(folder / "cert.pem", made.public_bytes(serialization.Encoding.PEM))
    put(folder / "key.pem", pem)
    return Server(tls_cert=str(folder / "cert.pem"), tls_key=str(folder / "key.pem"))


def put(path: Path, data: bytes) -> None:
    """As renewals do it: a new file in the place of the old one."""
    draft = path.with_suffix(".new")
    draft.write_bytes(data)
    draft.replace(path)


async def shown(pair: Certificate) -> str:
    """The name in the certificate that a client is shown."""
    server = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=pair.context
    )
    port = server.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.transport.abort()
    server.close()
    await server.wait_closed()
    found = x509.load_der_x509_certificate(der).subject
    return str(found.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


async def test_a_renewed_pair_is_shown_to_who_comes_next(tmp_path: Path) -> None:
    pair = Certificate(put_pair(tmp_path, "first"))
    assert await shown(pair) == "first"
    put_pair(tmp_path, "second")
    pair.reload()
    assert await shown(pair) == "second"


async def test_a_pair_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    pair = Certificate(put_pair(tmp_path, "first"))
    put(tmp_path / "cert.pem", b"half a certif")
    pair.reload()
    assert await shown(pair) == "first"
    put_pair(tmp_path, "third")
    pair.reload()
    assert await shown(pair) == "third"


async def test_nothing_is_loaded_again_while_nothing_changed(tmp_path: Path) -> None:
    pair = Certificate(put_pair(tmp_path, "first"))
    before = pair.context.session_stats()
    pair.reload()
    assert pair.context.session_stats() == before


def test_without_a_certificate_there_is_none() -> None:
    assert certificate(Server()) is None


@pytest.mark.parametrize("what", ["nothing", "no certificate", "another key", "locked key"])
def test_a_pair_that_cannot_be_used_is_told_by_its_name(tmp_path: Path, what: str) -> None:
    options = put_pair(tmp_path, "first")
    key = Path(options.tls_key)
    if what == "nothing":
        key.unlink()
    elif what == "no certificate":
        put(Path(options.tls_cert), b"root:x:0:0")
    elif what == "another key":
        (tmp_path / "other").mkdir()
        options = msgspec.structs.replace(
            options, tls_key=put_pair(tmp_path / "other", "second").tls_key
        )
    else:
        loaded = serialization.load_pem_private_key(key.read_bytes(), None)
        put(
            key,
            loaded.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(b"secret"),
            ),
        )
    with pytest.raises(SettingsError, match=r"server\.tls_key: .*\.pem"):
        certificate(options)
