"""Holds stores and pure modules to a higher share of tested lines than the rest.

    coverage_floor.py [DATA FILE]

The pure modules are those of the import contract "Pure modules stay pure".
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import coverage

ROOT = Path(__file__).resolve().parent.parent
FLOOR = 90.0  # per cent of lines, for each file by itself
PURE = "Pure modules stay pure"
STORES = ("vtp/*/store.py", "vtp/*/store/*.py")


def main(data_file: str = ".coverage") -> int:
    data = coverage.Coverage(data_file=data_file)
    data.load()
    below = False
    for path in sorted({*_stores(), *_pure()}):
        share = _share(data, path)
        if share < FLOOR:
            below = True
            print(f"{path.relative_to(ROOT)}: {share:.0f} % of lines tested, {FLOOR:.0f} % wanted")
    return 1 if below else 0


def _stores() -> Iterator[Path]:
    for pattern in STORES:
        yield from ROOT.glob(pattern)


def _pure() -> Iterator[Path]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract["name"] == PURE:
            for module in contract["source_modules"]:
                yield from _files(ROOT / module.replace(".", "/"))


def _files(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from place.rglob("*.py")
    else:
        yield place.with_suffix(".py")


def _share(data: coverage.Coverage, path: Path) -> float:
    _name, lines, _excluded, missing, _text = data.analysis2(str(path))
    return 100.0 if not lines else 100.0 * (1 - len(missing) / len(lines))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
