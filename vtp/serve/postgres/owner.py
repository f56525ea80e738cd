"""As whom PostgreSQL runs and where its cluster lives.

PostgreSQL refuses to run as root, and `initdb` wants a name for its user id. An ordinary user
needs nothing. Root (and a user id without a name) borrows the name of `nobody` in a user
namespace, so that the cluster stays in the data folder, whoever may enter that. Where the kernel
has no user namespaces, root gives the cluster a home of its own and a real, unprivileged user.
"""

from __future__ import annotations

import hashlib
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from vtp.serve.errors import PostgresError
from vtp.serve.lineage import Account, Enter, becomes, can, seems_to_be

CLUSTER = "postgres"
# In the data folder, where the cluster could not stay there: the path of its home.
NOTE = "postgres-home"
_HOMES = Path("/var/lib/vtp")
# A user `vtp` is for those who want files to be told apart; `nobody` is always there.
_UNPRIVILEGED = ("vtp", "nobody")


@dataclass(frozen=True, slots=True)
class Owner:
    home: Path
    # The user id of the files, where it is another than ours.
    account: Account | None = None
    enter: Enter | None = None

    @property
    def cluster(self) -> Path:
        return self.home / CLUSTER

    @property
    def uid(self) -> int:
        return self.account.uid if self.account else os.geteuid()

    def own(self, path: Path) -> None:
        """Hand over what we made for it."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def choose(data: Path) -> Owner:
    elsewhere = _noted(data)
    if elsewhere is not None:
        return _as_account(elsewhere, _owner_of(elsewhere))
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Owner(data)
    made_by = _owner_of(data / CLUSTER) if (data / CLUSTER).exists() else None
    if os.geteuid() == 0 and made_by is not None and made_by.uid != 0:
        return _as_account(data, made_by)
    borrowed = seems_to_be(_unprivileged(("nobody",)))
    if can(borrowed):
        return Owner(data, enter=borrowed)
    if os.geteuid() != 0:
        raise PostgresError(
            f"The user id {os.geteuid()} has no name here, so PostgreSQL will not run. "
            "Give it one in /etc/passwd, or name a running server in VTP_DATABASE_URL."
        )
    if made_by is not None:
        raise PostgresError(
            f"The database in {data / CLUSTER} belongs to root and this kernel has no user "
            "namespaces. Give the data folder to an ordinary user (chown -R) and start as that."
        )
    return _moved_out(data)


def _moved_out(data: Path) -> Owner:
    account = _unprivileged(_UNPRIVILEGED)
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    home = _HOMES / name
    _HOMES.mkdir(mode=0o755, parents=True, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
    os.chown(home, account.uid, account.gid)
    (data / NOTE).write_text(f"{home}\n", encoding="utf-8")
    return _as_account(home, account)


def _as_account(home: Path, account: Account) -> Owner:
    if account.uid == os.geteuid():
        return Owner(home)
    return Owner(home, account, becomes(account))


def _noted(data: Path) -> Path | None:
    try:
        home = Path((data / NOTE).read_text("utf-8").strip())
    except FileNotFoundError:
        return None
    if not home.is_dir():
        raise PostgresError(
            f"The database of {data} was in {home}, which is gone. "
            f"Put it back, or remove {data / NOTE} to begin with an empty one."
        )
    return home


def _owner_of(path: Path) -> Account:
    found = path.stat()
    return Account(found.st_uid, found.st_gid)


def _unprivileged(names: tuple[str, ...]) -> Account:
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresError(
        "There is no user `nobody` to run PostgreSQL as. "
        "Start as an ordinary user, or name a running server in VTP_DATABASE_URL."
    )


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
