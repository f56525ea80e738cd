"""Makes everything that `make` needs, from a bare Python on: `bootstrap.py run|dev|apt …|apart …`.

Standard library only. What is already there and unchanged is left alone, so that a second call
takes no time. Requirements are pinned by hash; `uv` installs them where it can be had, else pip.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV_VENV = CACHE / "uv"
UV = UV_VENV / "bin" / "uv"
# What each kind of work needs; the build tools are for the program itself, installed editable.
SETS = {"run": ("run.txt", "build.txt"), "dev": ("run.txt", "build.txt", "dev.txt")}

_PROJECT = ("--no-deps", "--no-build-isolation", "--editable", str(ROOT))


class Missing(Exception):
    """What to tell the person who called make."""


def main(argv: Sequence[str]) -> int:
    command, *rest = argv or ["run"]
    try:
        if command == "apt":
            return 0 if apt(rest) else 1
        if command == "apart":
            with _alone():
                return 0 if all(apart(name) for name in rest) else 1
        with _alone():
            install(command)
        build_assets()
    except Missing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    except subprocess.CalledProcessError as error:
        return error.returncode or 1
    return 0


def install(kind: str) -> None:
    stamp = VENV / f".installed-{kind}"
    wanted = _fingerprint(ROOT / "pyproject.toml", *(REQUIREMENTS / name for name in SETS[kind]))
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    _require_venv()
    _say(f"installing the requirements ({kind}) …")
    if not (_by_uv(SETS[kind]) or _by_pip(SETS[kind])):
        raise Missing("The requirements could not be installed; the messages above say why.")
    stamp.write_text(wanted)


def apart(name: str) -> bool:
    """What a few tests want and nobody else, in a folder of its own: `.cache/NAME`."""
    place, pinned = CACHE / name, f"{name}.txt"
    stamp = place / ".installed"
    wanted = _fingerprint(REQUIREMENTS / pinned)
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    _say(f"installing the requirements ({name}) …")
    shutil.rmtree(place, ignore_errors=True)
    into = ["--quiet", "--no-deps", "--target", str(place), *_pinned([pinned])]
    if os.environ.get("INSTALLER") != "pip" and _have_uv():
        uv = (UV, "pip", "install", "--compile-bytecode", "--python", PYTHON)
        made = _run((*uv, *into), _uv_environment())
    else:
        made = _run((PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *into))
    if made:
        stamp.write_text(wanted)
    return made


def build_assets() -> None:
    for name in ("build_web.py", "build_loop.py"):
        subprocess.run([PYTHON, ROOT / "tools" / name], cwd=ROOT, check=True)


def _fingerprint(*files: Path) -> str:
    """Changes with these files, with the Python and with the place."""
    digest = hashlib.sha256(f"{sys.version} {ROOT}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _require_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Missing(
            f"Python {sys.version_info.major}.{sys.version_info.minor} is here, but not its venv.\n"
            "  Debian and Ubuntu:  sudo apt-get install python3-venv"
        )


def _by_uv(names: Sequence[str]) -> bool:
    if os.environ.get("INSTALLER") == "pip" or not _have_uv():
        return False
    if not _own_venv("--without-pip"):
        return False
    env = _uv_environment()
    # Compiled now, or every start of a process would do it again where files may not be written.
    uv = (UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", PYTHON)
    return _run((*uv, *_pinned(names)), env) and _run((*uv, *_PROJECT), env)


def _by_pip(names: Sequence[str]) -> bool:
    if not _own_venv():
        return False
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    return (
        _run((PYTHON, "-m", "ensurepip", "--upgrade"), quiet=True)
        and _run((*pip, *_pinned(names)))
        and _run((*pip, *_PROJECT))
    )


def _pinned(names: Sequence[str]) -> list[str]:
    return ["--require-hashes", *(f"--requirement={REQUIREMENTS / name}" for name in names)]


def _have_uv() -> bool:
    """Our own uv, in its own place, pinned like everything else."""
    stamp = UV_VENV / ".installed"
    wanted = _fingerprint(REQUIREMENTS / "uv.txt")
    if UV.exists() and stamp.exists() and stamp.read_text() == wanted:
        return True
    pip = (UV_VENV / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check")
    made = _run((sys.executable, "-m", "venv", "--clear", UV_VENV)) and _run(
        (*pip, "--quiet", *_pinned(["uv.txt"]))
    )
    if made:
        stamp.write_text(wanted)
    return made


def _own_venv(*options: str) -> bool:
    """The environment, made afresh where it belongs to another Python or another folder."""
    note = VENV / ".made-by"
    wanted = f"{sys.version} {VENV}"
    if PYTHON.exists() and note.exists() and note.read_text() == wanted:
        return True
    if not _run([sys.executable, "-m", "venv", "--clear", *options, VENV]):
        return False
    note.write_text(wanted)
    return True


def _uv_environment() -> dict[str, str]:
    """uv does not read pip's settings; where they say which index to use, we tell it."""
    env = dict(os.environ)
    listed = subprocess.run(
        [UV_VENV / "bin" / "python", "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    said: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        said[name.rpartition(".")[2]] = value.strip("'\"")
    for pip, uv in (
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("find-links", "UV_FIND_LINKS"),
        ("cert", "SSL_CERT_FILE"),
    ):
        if said.get(pip) and (":/" in said[pip] or Path(said[pip]).exists()):
            env.setdefault(uv, said[pip])
    return env | {"UV_PYTHON_DOWNLOADS": "never"}


def apt(packages: Sequence[str]) -> bool:
    """Install Debian packages that are missing, where this user may; else name the line for it."""
    missing = [package for package in packages if not _has_package(package)]
    if not missing:
        return True
    line = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    sudo = _may_install()
    if sudo is None:
        _say(f"not installed: {' '.join(missing)}. To have them: sudo {' '.join(line)}")
        return False
    _say(f"installing {' '.join(missing)} …")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _run([*sudo, "apt-get", "update", "--quiet", "--quiet"], env)
    return _run([*sudo, *line, "--quiet", "--quiet"], env)


def _has_package(name: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return shutil.which(name) is not None
    asked = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return said.stdout == "installed"


def _may_install() -> list[str] | None:
    """What to put before apt-get; None where this user may not install."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _run(["sudo", "-n", "true"], quiet=True):
        return ["sudo", "-n", "-E"]
    return None


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """`make run` and `make test` may be called at once in a fresh clone."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(
    argv: Sequence[str | Path], env: Mapping[str, str] | None = None, *, quiet: bool = False
) -> bool:
    where = subprocess.DEVNULL if quiet else None
    try:
        done = subprocess.run(
            argv,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=where,
            stderr=where,
            check=False,
        )
    except OSError as error:
        _say(str(error))
        return False
    return done.returncode == 0


def _say(sentence: str) -> None:
    print(f"bootstrap: {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
