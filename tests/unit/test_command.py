"""The command `vtp`, where it needs nothing else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

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
        ("mysql://vtp:canary@localhost/vtp", "scheme"),
        ("postgresql://vtp:canary@127.0.0.1:1/vtp", "127.0.0.1"),
        ("postgresql://vtp:canary@/vtp?host=/nowhere", "No such file"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(url: str, why: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "vtp", "migrate"],
        env={**os.environ, "VTP_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert line.startswith("vtp: The database cannot be used: ")
    assert why in line
    assert "canary" not in line
