"""When the browser files are built anew, and with which Node."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from tools import build_web


def _nothing(*_args: object, **_more: object) -> None:
    return None


def _nobody_needs_node() -> None:
    pytest.fail("nobody needs Node here")


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources of a small program, just built."""
    folder = tmp_path / "web"
    for name in build_web.SOURCES:
        path = folder / name
        if "." in name and not (build_web.WEB / name).is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        else:
            path.mkdir(parents=True)
            (path / "one").write_text(name)
    (folder / "dist").mkdir()
    monkeypatch.setattr(build_web, "WEB", folder)
    monkeypatch.setattr(build_web, "STAMP", folder / "dist" / ".stamp")
    (folder / "dist" / ".stamp").write_text(build_web.sources_hash())
    return folder


def test_what_was_just_built_is_fresh(web: Path) -> None:
    assert build_web.fresh()


def test_without_a_build_nothing_is_fresh(web: Path) -> None:
    shutil.rmtree(web / "dist")
    assert not build_web.fresh()


@pytest.mark.parametrize("name", build_web.SOURCES)
def test_every_source_counts(web: Path, name: str) -> None:
    path = web / name
    (path / "one" if path.is_dir() else path).write_text("changed")
    assert not build_web.fresh()


def test_a_new_file_and_a_moved_file_count(web: Path) -> None:
    (web / "src" / "two").write_text("src")
    assert not build_web.fresh()
    (web / "src" / "one").unlink()
    assert not build_web.fresh()


@pytest.mark.parametrize("name", ["templates/home.html", "test/one.test.ts", "node_modules/x.js"])
def test_what_is_not_built_does_not_count(web: Path, name: str) -> None:
    path = web / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")
    assert build_web.fresh()


def test_fresh_files_are_left_alone(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_web, "find_node", _nobody_needs_node)
    build_web.build()


def fake_node(folder: Path, version: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in ("node", "npm"):
        (folder / name).write_text(f"#!/bin/sh\necho {version}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize("version", ["v20.0.0", "v24.1.2"])
def test_the_node_of_the_system_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("PATH", str(fake_node(tmp_path / "bin", version)))
    found = build_web.find_node()
    assert found is not None
    assert found.node == str(tmp_path / "bin" / "node")


def test_an_old_node_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(fake_node(tmp_path / "bin", "v18.19.0")))
    monkeypatch.setattr(importlib.util, "find_spec", _nothing)
    assert build_web.find_node() is None


def test_a_node_without_npm_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (fake_node(tmp_path / "bin", "v20.0.0") / "npm").unlink()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(importlib.util, "find_spec", _nothing)
    assert build_web.find_node() is None


def test_without_pip_and_uv_one_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", _nothing)
    monkeypatch.setattr(shutil, "which", _nothing)
    with pytest.raises(build_web.BuildFailed, match="install Node 20 or newer"):
        build_web._pip()


def test_production_mode_does_not_leave_out_what_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_ENV", "production")
    env = build_web._environment(["/opt/node/bin/npm"])
    assert "NODE_ENV" not in env
    assert env["PATH"].startswith("/opt/node/bin:")
