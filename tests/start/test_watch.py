"""What `--dev` notices, in a small checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vtp.serve.errors import CannotServe
from vtp.serve.watch import Watch

_BUILDER = "open('built', 'a').write('x')"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, content in (
        ("tools/build_web.py", _BUILDER),
        ("vtp/app.py", ""),
        ("web/src/class.ts", ""),
        ("web/templates/page.html", ""),
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path


def change(file: Path) -> None:
    before = file.stat()
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))


def test_nothing_is_stale_while_nothing_changes(checkout: Path) -> None:
    watch = Watch(checkout)
    assert watch() == frozenset()
    assert watch() == frozenset()


def test_changed_python_starts_ours_afresh_once(checkout: Path) -> None:
    watch = Watch(checkout)
    change(checkout / "vtp" / "app.py")
    assert watch() == {"record", "web", "work"}
    assert watch() == frozenset()
    assert not (checkout / "built").exists()


@pytest.mark.parametrize("file", ["web/src/class.ts", "web/templates/page.html"])
def test_a_changed_browser_file_builds_and_starts_web_afresh(checkout: Path, file: str) -> None:
    watch = Watch(checkout)
    change(checkout / file)
    assert watch() == {"web"}
    assert (checkout / "built").read_text() == "x"


def test_a_new_file_and_a_removed_one_are_changes(checkout: Path) -> None:
    watch = Watch(checkout)
    (checkout / "vtp" / "new.py").touch()
    assert watch() == {"record", "web", "work"}
    (checkout / "vtp" / "new.py").unlink()
    assert watch() == {"record", "web", "work"}


def test_it_works_in_a_checkout_only(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="checkout"):
        Watch(tmp_path)
