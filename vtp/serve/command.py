"""`vtp serve`: which children there are, and what a person is told."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from vtp import secretfiles, settings
from vtp.serve import addresses, lan, lock
from vtp.serve.child import AT_ONCE, Child, Ending, always
from vtp.serve.database_url import require_readable
from vtp.serve.errors import CannotServe
from vtp.serve.postgres import server as postgres
from vtp.serve.readiness import WebProbe
from vtp.serve.supervisor import Supervisor
from vtp.serve.watch import Watch
from vtp.settings import Settings

_CHECKOUT = Path(__file__).resolve().parents[2]
_DEMO_ACCOUNTS = ("admin@demo.test", "teacher@demo.test", "student@demo.test")
_DEMO_SCHOOL = "Linden Open School"
_MARGIN = 5.0  # s, beyond the time that web gives to open requests
_PORT_PATIENCE = 2.0  # s, for the web of a killed supervisor to be gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was said on the command line."""

    demo: bool = False
    lan: bool = False
    dev: bool = False


def serve(environ: Mapping[str, str], wishes: Wishes) -> int:
    """Run until somebody stops it. `environ` gives the settings, here and in the children."""
    chosen = settings.load(environ)
    _refuse_open_demo(chosen, wishes)
    if chosen.database.url:
        require_readable(chosen.database.url)
    data = chosen.data_dir
    secretfiles.private_folder(data)
    with lock.held(data):
        env = _handed_down(environ)
        if wishes.demo and chosen.school == settings.School():
            env["VTP_SCHOOL__NAME"] = _DEMO_SCHOOL
        if chosen.server.port == 0:
            env["VTP_SERVER__PORT"] = str(_free_port(chosen.server.host))
        if wishes.lan:
            env |= lan.overrides(settings.load(env), env)
        chosen = settings.load(env)
        _require_free_ports(chosen)
        children = _children(chosen, env, wishes)
        watch = Watch(_CHECKOUT) if wishes.dev else None
        return Supervisor(
            children=children,
            say=_say,
            on_ready=lambda: _greet(chosen, wishes),
            stale=watch,
        ).run()


def _children(chosen: Settings, env: dict[str, str], wishes: Wishes) -> list[Child]:
    children = []
    if not chosen.database.url:
        _say("starting the database …")
        server = postgres.prepare(
            chosen.data_dir, chosen.secrets_dir, chosen=chosen.database.embedded_bin
        )
        env["VTP_DATABASE_URL"] = server.url
        children.append(server.child())
    env["VTP_CHILD_OF"] = str(os.getpid())
    children.append(_ours("migrate", env, once=True))
    if wishes.demo:
        env["VTP_CHILD_DEMO"] = "1"
        children.append(_ours("demo", env, once=True))
    patience = chosen.server.shutdown_timeout + _MARGIN
    # The first signal lets classes come to their end, a second one ends them in order.
    classes = Ending(signal.SIGTERM, chosen.rooms.drain_limit + patience)
    in_order = Ending(signal.SIGTERM, patience)
    web = (classes, in_order, AT_ONCE)
    # It closes its files when nobody hands it anything more, so it ends after web.
    # Whoever looks into one of them with a debugger stops it, and wants to go on.
    limit = None if wishes.dev else chosen.server.silence_limit
    kept = [
        _ours("record", env, endings=(in_order, AT_ONCE)),
        _ours("web", env, endings=web, probe=_probe(chosen.server), stop_rank=2),
        _ours("work", env, endings=(in_order, AT_ONCE)),
    ]
    return [*children, *(replace(child, silence_limit=limit) for child in kept)]


def _ours(
    name: str,
    env: Mapping[str, str],
    *,
    once: bool = False,
    endings: tuple[Ending, ...] = (Ending(signal.SIGTERM, 10.0), AT_ONCE),
    probe: WebProbe | None = None,
    stop_rank: int = 1,
) -> Child:
    return Child(
        name=name,
        argv=(sys.executable, "-m", "vtp", name),
        env=env,
        once=once,
        ready=probe or always,
        endings=endings,
        stop_rank=stop_rank,
    )


def _probe(server: settings.Server) -> WebProbe:
    return WebProbe(addresses.reachable(server.host), server.port, tls=bool(server.tls_cert))


def _refuse_open_demo(chosen: Settings, wishes: Wishes) -> None:
    """Everybody knows the demo passwords, so nobody else may reach them."""
    if wishes.demo and (wishes.lan or not addresses.is_loopback(chosen.server.host)):
        raise CannotServe(
            "Demo accounts have a known password, so --demo works on this machine alone: "
            "leave out --lan and let server.host be 127.0.0.1."
        )


def _handed_down(environ: Mapping[str, str]) -> dict[str, str]:
    """PGHOST and its like belong to other databases; what we say to children is ours to say."""
    foreign = ("PG", "VTP_CHILD_")
    return {name: value for name, value in environ.items() if not name.startswith(foreign)}


def _free_port(host: str) -> int:
    with closing(_bound(host, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _require_free_ports(chosen: Settings) -> None:
    server, media = chosen.server, chosen.media
    until = time.monotonic() + _PORT_PATIENCE
    _require_free(server.host, server.port, socket.SOCK_STREAM, "SERVER", until)
    for host in media.listen or (addresses.EVERYWHERE,):
        _require_free(host, media.port, socket.SOCK_DGRAM, "MEDIA", until)


def _require_free(
    host: str, port: int, kind: socket.SocketKind, section: str, until: float
) -> None:
    while True:
        try:
            _bound(host, port, kind).close()
            return
        except OSError as error:
            if time.monotonic() > until:
                raise CannotServe(
                    f"{host}:{port} cannot be used: {error.strerror}. "
                    f"Choose another with VTP_{section}__PORT."
                ) from None
        time.sleep(0.1)


def _bound(host: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _greet(chosen: Settings, wishes: Wishes) -> None:
    lines = ["", f"{chosen.school.name} is ready:"]
    lines += [f"  {url}" for url in _urls(chosen.server, wishes)]
    if wishes.lan:
        lines += ["The certificate is our own, so a browser will warn once; go on from there."]
    if wishes.demo:
        lines += ["Demo accounts, all with the password classroom:"]
        lines += [f"  {account}" for account in _DEMO_ACCOUNTS]
    _out([*lines, "Press Ctrl-C to stop.", ""])


def _urls(server: settings.Server, wishes: Wishes) -> Sequence[str]:
    scheme = "https" if server.tls_cert else "http"
    if wishes.lan:
        return [f"{scheme}://{host}:{server.port}" for host in addresses.of_interfaces()]
    if server.url:
        return [server.url]
    host = addresses.reachable(server.host)
    return [f"{scheme}://{f'[{host}]' if ':' in host else host}:{server.port}"]


def _say(sentence: str) -> None:
    _write(sys.stderr, f"vtp: {sentence}\n")


def _out(lines: Sequence[str]) -> None:
    _write(sys.stdout, "\n".join(lines) + "\n")


def _write(stream: TextIO, text: str) -> None:
    with suppress(OSError):  # the terminal is gone; the server is not
        stream.write(text)
        stream.flush()
