"""Every parser with a target in tests/fuzz stands what is known to be hard, and more at length."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import fuzzing

_ROOT = Path(__file__).parents[2]
_CHANGED = 2_000  # inputs of a usual test run, for each target
_AT_LENGTH = 200_000  # and of `make fuzz` where atheris is not there
_SECONDS = int(os.environ.get("VTP_FUZZ_SECONDS", "60"))  # for each target, with atheris

every_target = pytest.mark.parametrize("name", fuzzing.targets())


def stands(name: str, data: bytes) -> None:
    try:
        fuzzing.target(name)(data)
    except Exception as error:
        raise AssertionError(f"tests/fuzz/{name}.py fails for {data.hex()}") from error


@every_target
def test_saved_inputs_do_no_harm(name: str) -> None:
    saved = fuzzing.corpus(name)
    assert saved, f"tests/fuzz/corpus/{name}/ holds at least one input that is well formed"
    for data in saved.values():
        stands(name, data)


@every_target
def test_saved_inputs_that_are_changed_a_little_do_no_harm(name: str) -> None:
    saved = [b"", *fuzzing.corpus(name).values()]
    for data in fuzzing.changed(saved, count=_CHANGED, seed=name):
        stands(name, data)


def test_changes_are_the_same_on_every_machine() -> None:
    once, again = (list(fuzzing.changed([b"abc"], count=50, seed="x")) for _ in range(2))
    assert once == again
    assert len(set(once)) > 25


@pytest.mark.fuzz
@pytest.mark.timeout(0)
@every_target
def test_many_inputs_do_no_harm(name: str, tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        saved = [b"", *fuzzing.corpus(name).values()]
        for data in fuzzing.changed(saved, count=_AT_LENGTH, seed=f"{name} at length"):
            stands(name, data)
        return
    saved_in = fuzzing.FOLDER / "corpus" / name
    saved_in.mkdir(parents=True, exist_ok=True)
    # New inputs go to the first folder; one that does harm is saved for every later test run.
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "tests.support.fuzzing", name),
            f"-max_total_time={_SECONDS}",
            *("-timeout=5", "-max_len=4096", "-verbosity=0", "-print_final_stats=1"),
            f"-artifact_prefix={saved_in}/",
            *(str(tmp_path), str(saved_in)),
        ],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        pytest.fail(ran.stdout + ran.stderr, pytrace=False)
