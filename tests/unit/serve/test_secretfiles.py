from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vtp.secretfiles import SecretFileError, private_file, private_folder, read_or_create


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_made_once_and_read_ever_after(tmp_path: Path) -> None:
    first = read_or_create(tmp_path / "secrets", "jwt", 48)
    assert len(first) == 48
    assert read_or_create(tmp_path / "secrets", "jwt", 48) == first


def test_different_names_are_different_secrets(tmp_path: Path) -> None:
    assert read_or_create(tmp_path, "jwt") != read_or_create(tmp_path, "pepper")


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    read_or_create(tmp_path / "secrets", "jwt")
    assert mode(tmp_path / "secrets") == 0o700
    assert mode(tmp_path / "secrets" / "jwt") == 0o600


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    read_or_create(tmp_path, "jwt")
    assert mode(tmp_path) == 0o700


def test_all_who_ask_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        got = set(pool.map(lambda _: read_or_create(tmp_path, "jwt"), range(64)))
    assert len(got) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["jwt"]


def test_a_file_that_others_can_read_is_refused_with_the_way_out(tmp_path: Path) -> None:
    read_or_create(tmp_path, "jwt")
    (tmp_path / "jwt").chmod(0o640)
    with pytest.raises(SecretFileError, match="chmod 600"):
        read_or_create(tmp_path, "jwt")


@pytest.mark.parametrize(
    "content", [b"", b"c2hvcnQ=\n", base64.b64encode(b"x" * 31), b"not base64!"]
)
def test_a_cut_or_short_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    private_file(tmp_path, "jwt", lambda: content)
    with pytest.raises(SecretFileError):
        read_or_create(tmp_path, "jwt")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(base64.b64encode(b"x" * 32))
    (tmp_path / "elsewhere").chmod(0o600)
    (tmp_path / "jwt").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="jwt"):
        read_or_create(tmp_path, "jwt")


def test_fewer_than_32_bytes_cannot_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32"):
        read_or_create(tmp_path, "jwt", 16)


def test_what_cannot_be_a_folder_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for wanted in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/none")):
        with pytest.raises(SecretFileError, match=r"cannot be our folder.*--data"):
            private_folder(wanted)
