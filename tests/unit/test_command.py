"""The command `vtp`, where it needs nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import free_port
from vtp import resources
from vtp.__main__ import main


def test_every_setting_can_be_read_without_a_checkout(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--settings"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == resources.sample_config().read_text("utf-8")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://vtp:canary@nowhere.invalid/vtp", "its host nowhere.invalid is not found"),
        ("postgresql://vtp:canary@127.0.0.1/vtp?sslmode=canary", "sslmode"),
        ("postgresql://vtp:canary@127.0.0.1:1/vtp", "127.0.0.1"),
        ("postgresql://vtp:canary@/vtp?host=/nowhere", "No such file"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(url: str, why: str) -> None:
    ended = run("migrate", url)
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert line.startswith("vtp: The database cannot be used: ")
    assert why in line
    assert "canary" not in line


def test_the_check_says_which_host_is_not_found_and_looks_on(tmp_path: Path) -> None:
    ended = run("check", "postgresql://vtp:canary@nowhere.invalid/vtp", VTP_DATA=str(tmp_path))
    (line,) = [line for line in ended.stdout.splitlines() if "database:" in line]
    assert line.startswith("FAIL  database: The database cannot be used: its host nowhere.invalid")
    assert "storage:" in ended.stdout
    assert "canary" not in ended.stdout


@pytest.mark.parametrize(
    ("announced", "said"),
    [
        (
            "127.0.0.1",
            r"ok    media: port \d+ is free and reached at 127.0.0.1; .* packets a second",
        ),
        ("192.0.2.1", r"FAIL  media: No datagram comes in at 192.0.2.1, port \d+\."),
    ],
)
def test_the_check_tries_what_browsers_are_told_of_the_port_for_media(
    announced: str, said: str, tmp_path: Path
) -> None:
    nowhere = "postgresql://vtp@nowhere.invalid/vtp"
    chosen = {"VTP_MEDIA__PORT": str(free_port()), "VTP_MEDIA__ANNOUNCED": announced}
    ended = run("check", nowhere, VTP_DATA=str(tmp_path), **chosen)
    (line,) = [line for line in ended.stdout.splitlines() if "media:" in line]
    assert re.match(said, line), line


@pytest.mark.parametrize("command", ["serve", "web", "work", "migrate", "check"])
def test_an_address_that_cannot_be_read_is_one_line(command: str, tmp_path: Path) -> None:
    ended = run(command, "postgresql://vtp:canary@host:port/vtp", VTP_DATA=str(tmp_path / "data"))
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 2
    assert line.startswith("vtp: VTP_DATABASE_URL cannot be read: Its port is not a number")
    assert "canary" not in line
    assert not (tmp_path / "data").exists()


# A host that is not found is looked for no second time.
_SOON = {"VTP_DATABASE__RETRY_FOR": "0"}


def run(command: str, url: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vtp", command],
        env={**os.environ, **_SOON, "VTP_DATABASE_URL": url, **more},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
