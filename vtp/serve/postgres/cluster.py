"""Makes the cluster: `initdb`, our role and our database, or refuses one that is not for us."""

from __future__ import annotations

import locale
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vtp import secretfiles
from vtp.serve.child import Child, finish
from vtp.serve.errors import PostgresError
from vtp.serve.postgres.binaries import Binaries, installed
from vtp.serve.postgres.owner import Owner

# Written once into postgresql.conf, where it may be changed; statements and values of rows do
# not belong into a log.
_CONF = """
# vtp
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
log_checkpoints = off
log_error_verbosity = terse
log_min_error_statement = panic
"""
_PATIENCE = 120.0  # s, for initdb on a slow disk


@dataclass(frozen=True, slots=True)
class Cluster:
    owner: Owner
    binaries: Binaries
    # The password file, in the form that PostgreSQL clients read (`passfile`).
    secrets_dir: Path

    @property
    def path(self) -> Path:
        return self.owner.cluster

    @property
    def passfile(self) -> Path:
        return self.secrets_dir / "postgres"

    def prepare(self) -> None:
        """Make the cluster if there is none. Nothing of it may be running."""
        if not self.path.exists():
            self._make()
            return
        self._check_major()
        if not self.passfile.exists():
            self._sql(self.path, _passwords_sql(self._passwords()))

    def _check_major(self) -> None:
        try:
            made_by = (self.path / "PG_VERSION").read_text("ascii").strip()
        except OSError:
            raise PostgresError(
                f"{self.path} is not a PostgreSQL cluster. Move it away to begin with an empty one."
            ) from None
        if made_by == str(self.binaries.major):
            return
        raise PostgresError(
            f"The database in {self.path} was made by PostgreSQL {made_by}; this is PostgreSQL "
            f"{self.binaries.major}, which cannot read it. {_way_out(made_by)}"
        )

    def _make(self) -> None:
        """In a draft folder that is renamed when it is whole: a cut first start leaves nothing."""
        draft = self.path.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.owner.own(draft)
        passwords = self._passwords()
        self._initdb(draft, passwords["postgres"])
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(_CONF)
        self._sql(draft, _database_sql(passwords))
        draft.rename(self.path)

    def _initdb(self, draft: Path, password: str) -> None:
        """With the password in a file that only the server's user can read, and not for long."""
        given = self.owner.home / "postgres.password"
        given.unlink(missing_ok=True)
        handle = os.open(given, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(password + "\n")
        self.owner.own(given)
        try:
            self._run(
                (
                    self.binaries.initdb,
                    f"--pgdata={draft}",
                    "--username=postgres",
                    "--auth=scram-sha-256",
                    f"--pwfile={given}",
                    "--encoding=UTF8",
                    f"--locale={_locale()}",
                    "--text-search-config=simple",
                )
            )
        finally:
            given.unlink()

    def _passwords(self) -> dict[str, str]:
        """By role, as the password file has them; made with that file."""
        lines = secretfiles.private_file(self.secrets_dir, self.passfile.name, _new_passwords)
        found = {}
        for line in lines.decode("ascii").splitlines():
            _host, _port, _database, role, password = line.split(":")
            found[role] = password
        return found

    def _sql(self, cluster: Path, statements: str) -> None:
        """Run statements, one per line, in a server without clients that ends after them."""
        single = (self.binaries.postgres, "--single", "-D", str(cluster))
        self._run((*single, "-c", "exit_on_error=on", "postgres"), given=statements)

    def _run(self, argv: tuple[str, ...], *, given: str = "") -> None:
        child = program(argv, self.owner)
        code, said = finish(child, given=given.encode(), timeout=_PATIENCE)
        if code != 0:
            lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
            raise PostgresError(f"{argv[0]} failed: " + " / ".join(lines[-3:]))


def program(argv: tuple[str, ...], run_by: Owner) -> Child:
    """One of the server's own programs, as its user, in a folder that everybody can enter."""
    return Child(name=argv[0], argv=argv, env=environment(), enter=run_by.enter, cwd=Path("/"))


def environment() -> dict[str, str]:
    """For the server's own programs: nothing of ours, and no PG… of the caller's."""
    kept = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_MESSAGES": "C"}


def _new_passwords() -> bytes:
    lines = (f"*:*:*:{role}:{secrets.token_urlsafe(32)}\n" for role in ("postgres", "vtp"))
    return "".join(lines).encode("ascii")


def _database_sql(passwords: dict[str, str]) -> str:
    """The program's role owns its database and may make scratch ones; it is no superuser."""
    return (
        f"create role vtp login createdb password '{passwords['vtp']}';\n"
        "create database vtp owner vtp template template0;\n"
    )


def _passwords_sql(passwords: dict[str, str]) -> str:
    return "".join(
        f"alter role {role} password '{password}';\n" for role, password in passwords.items()
    )


def _locale() -> str:
    """C.UTF-8 where the system has it: the same order everywhere, and letters know their case."""
    before = locale.setlocale(locale.LC_CTYPE)
    for name in ("C.UTF-8", "C.utf8"):
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            locale.setlocale(locale.LC_CTYPE, before)
            return name
    return "C"


def _way_out(made_by: str) -> str:
    own = installed(int(made_by)) if made_by.isdigit() else None
    go_on = (
        f"To go on with it, set VTP_DATABASE__EMBEDDED_BIN={own}"
        if own is not None
        else f"To go on with it, install PostgreSQL {made_by} and set VTP_DATABASE__EMBEDDED_BIN "
        "to its bin folder"
    )
    return (
        f"{go_on}. To change over, dump it there with pg_dump, "
        "start with an empty data folder (VTP_DATA) and load the dump."
    )
