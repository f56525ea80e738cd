"""What documents say is so: their commands exist, their links lead somewhere, their names are ours."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from vtp import settings
from vtp.app import declared
from vtp.edge.sockets.farewells import farewells

_ROOT = Path(__file__).parents[2]
_DOCS = sorted(
    path
    for folder in (_ROOT, _ROOT / "docs", _ROOT / "bench")
    for path in folder.glob("*.md")
    if path.name != "CHANGELOG.md"
)
_FENCED = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


def commands() -> list[str]:
    """Every line and every inline piece of code that begins like a command of ours."""
    found: set[str] = set()
    for path in _DOCS:
        text = path.read_text("utf-8")
        lines = [line for block in _FENCED.findall(text) for line in block.splitlines()]
        for line in [*lines, *_INLINE.findall(_FENCED.sub("", text))]:
            command = line.partition("#")[0].strip().removeprefix(".venv/bin/")
            if command.startswith(("make ", "vtp ", "python -m bench.")):
                found.add(command)
    return sorted(found)


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("make ")])
def test_make_targets_exist(command: str) -> None:
    target = shlex.split(command)[1]
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("vtp ")])
def test_commands_of_the_program_are_taken(command: str) -> None:
    """Parsed by the program itself; `--help` keeps it from being carried out."""
    words = shlex.split(command.replace("…", "x"))[1:]
    done = subprocess.run(
        [sys.executable, "-m", "vtp", *words, "--help"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("python ")])
def test_benches_exist(command: str) -> None:
    module = shlex.split(command)[2]
    assert (_ROOT / (module.replace(".", "/") + ".py")).is_file()


def test_links_lead_somewhere() -> None:
    lost = [
        f"{path.name}: {target}"
        for path in _DOCS
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert lost == []


def test_settings_that_are_named_exist() -> None:
    text = "\n".join(path.read_text("utf-8") for path in _DOCS)
    for name in set(re.findall(r"VTP_[A-Z0-9_]+", text)) - {"VTP_SECTION__KEY"}:
        settings.load({name: "1"} if name != "VTP_CONFIG" else {})


def test_the_manual_of_events_names_each_of_them() -> None:
    manual = (_ROOT / "docs" / "PROTOCOL.md").read_text("utf-8")
    taken = {event.name for group in declared.EVENTS for event in group.taken}
    told = {news.name for group in (farewells, *declared.EVENTS) for news in group.told}
    assert {name for name in taken | told if f"`{name}`" not in manual} == set()


def test_every_bench_is_in_the_list() -> None:
    listed = (_ROOT / "bench" / "README.md").read_text("utf-8")
    assert [p.name for p in (_ROOT / "bench").glob("*.py") if f"`{p.name}`" not in listed] == []
