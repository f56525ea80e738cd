"""Small things: no function over a screen, no module over 400 lines, no drawer called `utils`."""

from __future__ import annotations

import ast
import functools
import statistics
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_CODE = sorted((_ROOT / "vtp").rglob("*.py"))
_BANNED = {"utils", "util", "common", "base", "helpers", "helper", "misc"}
_LONGEST_FUNCTION = 60  # lines
_LONGEST_MODULE = 400


@functools.cache
def parsed(path: Path) -> ast.Module:
    """Once for all laws: there are a thousand of them."""
    return ast.parse(path.read_text("utf-8"))


def functions() -> Iterator[tuple[str, int]]:
    for path in _CODE:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{path.relative_to(_ROOT)}:{node.lineno} {node.name}", length


def test_functions_fit_on_a_screen() -> None:
    found = dict(functions())
    assert {name: n for name, n in found.items() if n > _LONGEST_FUNCTION} == {}
    lengths = sorted(found.values())
    assert statistics.median(lengths) <= 12
    assert lengths[int(len(lengths) * 0.9)] <= 35


def test_modules_have_one_idea() -> None:
    long = {
        str(path.relative_to(_ROOT)): lines
        for path in _CODE
        if (lines := len(path.read_text("utf-8").splitlines())) > _LONGEST_MODULE
    }
    assert long == {}


def test_modules_are_named_for_what_they_hold() -> None:
    assert [path for path in _CODE if path.stem in _BANNED] == []


def test_test_files_have_names_of_their_own() -> None:
    """Two of one name in two folders: pytest takes the second for the first, and stops."""
    seen: dict[str, list[str]] = {}
    for path in (_ROOT / "tests").rglob("test_*.py"):
        seen.setdefault(path.name, []).append(str(path.parent.relative_to(_ROOT)))
    assert {name: folders for name, folders in seen.items() if len(folders) > 1} == {}


def test_classes_are_not_named_for_a_pattern() -> None:
    names = [
        node.name
        for path in _CODE
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
    ]
    assert [name for name in names if name.endswith(("Manager", "Helper", "Util", "Utils"))] == []


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        str(path.relative_to(_ROOT))
        for path in _CODE
        if path.stat().st_size and not ast.get_docstring(parsed(path))
    ]
    assert silent == []
