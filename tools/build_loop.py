"""Compiles the ways of packets, where there is a compiler; else they are Python's.

Standard library only: `make run` and the build of a wheel call it, for the Python that runs it.
Exits with 1 when asked for it by `--needed` and there is none.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "vtp" / "media" / "sfu"
SOURCES = FOLDER / "native"
_FLAGS = ("-O2", "-std=c11", "-fPIC", "-fwrapv", "-fno-strict-aliasing", "-Wall", "-shared")
_TIMEOUT = 120.0  # s


def target() -> Path:
    return FOLDER / f"_native{sysconfig.get_config_var('EXT_SUFFIX')}"


def build() -> Path | None:
    """The compiled loop, made where it is missing or old; None where it cannot be."""
    made, stamp = target(), target().with_suffix(".stamp")
    command = _command()
    if command is None:
        made.unlink(missing_ok=True)  # an old one must not be taken for ours
        return None
    sources = b"".join(path.read_bytes() for path in sorted(SOURCES.iterdir()))
    wanted = hashlib.sha256(sources + repr((command, sys.version)).encode()).hexdigest()
    if made.exists() and stamp.exists() and stamp.read_text("ascii") == wanted:
        return made
    part = made.with_name(f"{made.name}.{os.getpid()}.part")
    if not _compiled([*command, "-o", str(part), str(SOURCES / "module.c")]):
        part.unlink(missing_ok=True)
        made.unlink(missing_ok=True)
        return None
    part.replace(made)  # a program that runs keeps the old one
    stamp.write_text(wanted, "ascii")
    return made


def _command() -> list[str] | None:
    """Only Linux has the calls that it is made for."""
    include = sysconfig.get_path("include")
    told = os.environ.get("CC", "cc")
    compiler = shlex.split(told) or [""]
    if sys.platform != "linux" or not shutil.which(compiler[0]):
        return None
    if not Path(include, "Python.h").exists():
        return None
    return [*compiler, *_FLAGS, f"-I{include}"]


def _compiled(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=_TIMEOUT
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"loop: not compiled, Python does it: {error}", file=sys.stderr)
        return False
    if done.returncode:
        print(f"loop: not compiled, Python does it:\n{done.stderr}", file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--needed", action="store_true", help="fail where it cannot be compiled")
    needed = parser.parse_args().needed
    return 1 if build() is None and needed else 0


if __name__ == "__main__":
    sys.exit(main())
