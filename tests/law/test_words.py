"""The project speaks of the product alone, and silences no law line by line."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_TEXT = {".py", ".ts", ".tsx", ".md", ".html", ".css", ".toml", ".json", ".sh", ".service", ""}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [_ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in paths if path.suffix in _TEXT and path.is_file()]


def lines_with(pattern: str, *suffixes: str) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{path.relative_to(_ROOT)}:{number}: {line.strip()}"
        for path in tracked()
        if (not suffixes or path.suffix in suffixes) and path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if wanted.search(line)
    ]


def test_no_law_is_silenced_line_by_line() -> None:
    assert lines_with(r"#\s*noqa", ".py") == []


def test_a_type_that_is_ignored_says_which_and_why() -> None:
    found = lines_with(r"#\s*type:\s*ignore", ".py")
    assert [line for line in found if not re.search(r"ignore\[[\w-]+\]\s+#?\s*\w+", line)] == []


def test_nothing_is_left_to_be_done() -> None:
    assert lines_with(r"\b(TODO|FIXME|XXX|HACK)\b", ".py", ".ts", ".tsx", ".css", ".html") == []


def test_no_lock_file_names_a_host() -> None:
    assert lines_with(r'"resolved":\s*"https?://', ".json") == []
    assert lines_with(r"^--(index-url|extra-index-url|find-links)", ".txt", "") == []
