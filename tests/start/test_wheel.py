"""The built wheel by itself: installed by pip, started in an empty folder."""

from __future__ import annotations

import signal
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.support.processes import ROOT, free_port, started
from vtp.media.sfu import loop


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = folder.glob("*.whl")
    return made


def test_everything_that_it_needs_is_inside(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in ("migrations/env.py", "web/dist/manifest.json", "config/vtp.toml"):
        assert f"vtp/_bundle/{wanted}" in names
    assert "vtp/attendance/papers/fonts/HankenGrotesk-Regular.ttf" in names
    for folder in ("migrations/versions/", "web/templates/", "web/text/"):
        assert any(name.startswith(f"vtp/_bundle/{folder}") for name in names)
    assert not any("node_modules" in name or name.startswith("tests/") for name in names)


def test_with_the_compiled_loop_it_is_for_this_machine_and_without_for_all(wheel: Path) -> None:
    compiled = [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".so")]
    assert len(compiled) == loop.COMPILED
    assert wheel.stem.endswith("-py3-none-any") is not loop.COMPILED


@pytest.mark.slow
def test_installed_by_pip_it_serves_the_demo_from_an_empty_folder(
    wheel: Path, tmp_path: Path
) -> None:
    env = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", env], check=True)
    python = env / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run((*pip, "--no-deps", "--no-index", wheel), check=True)
    # The other packages are those of this environment; its own `vtp` is not seen this way.
    site = Path(sysconfig.get_path("purelib", vars={"base": str(env), "platbase": str(env)}))
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    port = free_port()
    chosen = {"VTP_SERVER__PORT": str(port), "VTP_MEDIA__PORT": "0", "PYTHONPATH": ""}
    with started(
        [str(env / "bin" / "vtp"), "serve", "--demo"], folder=empty, env=chosen
    ) as program:
        program.wait_for("Press Ctrl-C to stop.")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=10) as page:
            assert b"<html" in page.read()
        assert all(str(env) in argv or "postgres" in argv for argv in program.family().values())
        program.kill(signal.SIGINT)
        assert program.ended() == 0
        assert (empty / "data" / "postgres").is_dir()
