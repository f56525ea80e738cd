"""The secrets of accounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from vtp import secretfiles
from vtp.accounts import keyring
from vtp.accounts.keyring import Keyring


def test_they_are_made_once_and_then_read(tmp_path: Path) -> None:
    made = keyring.load(tmp_path / "secrets")
    assert keyring.load(tmp_path / "secrets") == made
    assert made.keyring.newest[0] == "1"
    assert made.pepper != made.keyring.newest[1]


def test_the_next_file_is_the_key_that_signs(tmp_path: Path) -> None:
    first = keyring.load(tmp_path)
    for number in (2, 10):
        secretfiles.read_or_create(tmp_path, f"token-key-{number}")
    now = keyring.load(tmp_path)
    assert set(now.keyring.keys) == {"1", "2", "10"}
    assert now.keyring.newest[0] == "10"
    assert now.keyring.keys["1"] == first.keyring.keys["1"]


def test_a_removed_key_is_not_made_again_while_there_is_another(tmp_path: Path) -> None:
    keyring.load(tmp_path)
    secretfiles.read_or_create(tmp_path, "token-key-2")
    (tmp_path / "token-key-1").unlink()
    assert set(keyring.load(tmp_path).keyring.keys) == {"2"}


def test_other_files_are_no_keys(tmp_path: Path) -> None:
    keyring.load(tmp_path)
    for name in ("token-key-", "token-key-01", "token-key-2.bak", "xtoken-key-2"):
        (tmp_path / name).write_text("x")
    assert set(keyring.load(tmp_path).keyring.keys) == {"1"}


@pytest.mark.parametrize("keys", [{}, {"1": b"short"}, {"1": b"k" * 32, "2": b"k" * 31}])
def test_a_ring_without_a_key_or_with_a_short_one_is_refused(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="key"):
        Keyring(keys)
