"""The units of systemd: walled in, in step with the program, and nothing reserved is enabled."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vtp.settings import Settings

_ROOT = Path(__file__).parents[2]
_UNITS = sorted((_ROOT / "systemd").glob("*.service"))
# Tenths of exposure: a service without any walls has 96.
_MOST = 13

analyzed = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze of systemd is not installed"
)


def _analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _values(unit: Path, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit.read_text("utf-8"), re.MULTILINE)


def _walls(unit: Path) -> str:
    _, _, below = unit.read_text("utf-8").partition("# --- walls")
    return below.partition("[Install]")[0].strip()


def test_there_is_a_unit_for_each_process() -> None:
    assert [unit.stem for unit in _UNITS] == ["vtp-record", "vtp-web", "vtp-work"]


@analyzed
@pytest.mark.parametrize("unit", _UNITS, ids=lambda unit: unit.stem)
def test_a_service_is_walled_in(unit: Path) -> None:
    found = _analyze("security", "--offline=true", f"--threshold={_MOST}", unit)
    weak = [line for line in found.stdout.splitlines() if "✓" not in line]
    assert found.returncode == 0, "\n".join([found.stderr, *weak])


@analyzed
@pytest.mark.parametrize("unit", _UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_every_line(unit: Path) -> None:
    complaints = _analyze("verify", unit).stderr.splitlines()
    ours = [line for line in complaints if unit.name in line]
    # It is right that the program is not installed here.
    assert [line for line in ours if "/opt/vtp/bin/vtp is not executable" not in line] == []


def test_all_services_have_the_same_walls() -> None:
    walls = {_walls(unit) for unit in _UNITS}
    assert len(walls) == 1
    assert "NoNewPrivileges=yes" in walls.pop()


@pytest.mark.parametrize("unit", _UNITS, ids=lambda unit: unit.stem)
def test_a_service_calls_a_command_that_there_is(unit: Path) -> None:
    for line in _values(unit, "ExecStart") + _values(unit, "ExecStartPre"):
        command = line.removeprefix("/opt/vtp/bin/vtp ").split()[0]
        asked = subprocess.run(
            [sys.executable, "-m", "vtp", command, "--help"],
            cwd=_ROOT,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert asked.returncode == 0, line


@pytest.mark.parametrize("unit", _UNITS, ids=lambda unit: unit.stem)
def test_a_service_can_be_enabled(unit: Path) -> None:
    assert "\n[Install]\n" in unit.read_text("utf-8")


@pytest.mark.parametrize("unit", _UNITS, ids=lambda unit: unit.stem)
def test_a_service_may_take_longer_to_stop_than_the_program_does(unit: Path) -> None:
    [patience] = _values(unit, "TimeoutStopSec")
    assert int(patience) > Settings().server.shutdown_timeout


def test_the_web_server_may_wait_for_classes_that_go_on() -> None:
    [unit] = [unit for unit in _UNITS if unit.stem == "vtp-web"]
    [patience] = _values(unit, "TimeoutStopSec")
    chosen = Settings()
    assert int(patience) > chosen.rooms.drain_limit + chosen.server.shutdown_timeout


def test_a_service_can_ask_for_the_addresses_of_its_machine() -> None:
    """getifaddrs(3) asks by netlink; without it the media port has nothing to announce."""
    for unit in _UNITS:
        [families] = _values(unit, "RestrictAddressFamilies")
        assert "AF_NETLINK" in families.split()


@pytest.mark.parametrize("unit", _UNITS, ids=lambda unit: unit.stem)
def test_a_service_brings_no_secret_of_its_own(unit: Path) -> None:
    assert _values(unit, "LoadCredential") == ["vtp.toml:/etc/vtp/vtp.toml"]
    names = {line.partition("=")[0] for line in _values(unit, "Environment")}
    assert names == {"VTP_DATA", "VTP_CONFIG"}
