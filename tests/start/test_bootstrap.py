"""What a newcomer is told whose machine lacks something."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder to be the PATH: a shell's tools, and no Python."""
    for tool in ("dirname", "cat"):
        found = shutil.which(tool)
        assert found
        (tmp_path / tool).symlink_to(found)
    return tmp_path


def bootstrap(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "bootstrap"), *words],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_python_the_line_to_install_it_is_named(bare: Path) -> None:
    done = bootstrap(bare, "run")
    assert done.returncode == 1
    assert "sudo apt-get install python3 python3-venv" in done.stderr


def test_a_python_that_is_too_old_is_passed_over(bare: Path) -> None:
    old = bare / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = bootstrap(bare, "run")
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr


def test_a_newer_python_beside_an_old_one_is_found(bare: Path) -> None:
    (bare / "python3").write_text("#!/bin/sh\nexit 1\n")
    (bare / "python3").chmod(0o755)
    (bare / "python3.12").symlink_to(sys.executable)
    # No package to install, so that it has nothing to do but to run.
    assert bootstrap(bare, "apt").returncode == 0


def test_a_python_without_venv_is_told_its_package(tmp_path: Path) -> None:
    checkout, hidden = tmp_path / "checkout", tmp_path / "hidden"
    shutil.copytree(ROOT / "requirements", checkout / "requirements")
    (checkout / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "bootstrap.py", checkout / "tools")
    shutil.copy(ROOT / "pyproject.toml", checkout)
    hidden.mkdir()
    # As on a Debian that has python3 and not python3-venv.
    (hidden / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None\n")
    done = subprocess.run(
        [sys.executable, str(checkout / "tools" / "bootstrap.py"), "run"],
        env={"PATH": os.defpath, "PYTHONPATH": str(hidden)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "sudo apt-get install python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


def test_packages_that_this_user_may_not_install_are_named_with_their_line(bare: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "bootstrap.py"), "apt", "vtp-has-no-such-package"],
        env={"PATH": str(bare)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "sudo apt-get install --yes --no-install-recommends vtp-has" in done.stdout


def test_every_target_can_be_explained_and_shown_without_running() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    said = subprocess.run(
        ["make", "help"], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    ).stdout
    targets = [line.split()[1] for line in said.splitlines()]
    assert {"run", "test", "check", "slow", "peers", "fuzz", "bench", "screenshots"} <= set(targets)
    subprocess.run(["make", "-n", *targets], cwd=ROOT, env=env, capture_output=True, check=True)
