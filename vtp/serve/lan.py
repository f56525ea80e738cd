"""`vtp serve --lan`: settings for a class room's network, with https, because phones want that."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping

from vtp.serve import addresses
from vtp.serve.child import Child, finish
from vtp.serve.errors import CannotServe
from vtp.settings import Settings


def overrides(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """What `--lan` changes, as environment; makes the certificate where none was chosen."""
    found = addresses.of_interfaces()
    if not found:
        raise CannotServe("This machine has no network address besides its own loopback.")
    names = [*found, *_own_names(), "localhost", "127.0.0.1"]
    port = settings.server.port
    hosts = (*settings.server.hosts, *(name if port == 443 else f"{name}:{port}" for name in names))
    changed = {
        "VTP_SERVER__HOST": addresses.EVERYWHERE,
        "VTP_SERVER__HOSTS": ",".join(dict.fromkeys(hosts)),
    }
    if not settings.server.url:
        changed["VTP_SERVER__URL"] = f"https://{found[0]}:{port}"
    if not settings.server.tls_cert:
        changed |= _certificate(settings, names, environ)
    return changed


def _own_names() -> list[str]:
    name = socket.gethostname()
    return [name, f"{name}.local"] if "." not in name else [name]


def _certificate(
    settings: Settings, names: list[str], environ: Mapping[str, str]
) -> dict[str, str]:
    folder = settings.secrets_dir
    argv = (sys.executable, "-m", "vtp.serve.certificate", str(folder), *names)
    code, said = finish(Child(name="certificate", argv=argv, env=environ), timeout=60.0)
    if code != 0:
        raise CannotServe(f"No certificate could be made: {said.decode('utf-8', 'replace')}")
    return {
        "VTP_SERVER__TLS_CERT": str(folder / "lan.crt"),
        "VTP_SERVER__TLS_KEY": str(folder / "lan.key"),
    }
