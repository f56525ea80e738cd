"""The command `vtp`, where it needs nothing else."""

from __future__ import annotations

import pytest

from vtp import resources
from vtp.__main__ import main


def test_every_setting_can_be_read_without_a_checkout(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--settings"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == resources.sample_config().read_text("utf-8")
