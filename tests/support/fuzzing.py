"""Finds the fuzz targets of tests/fuzz and feeds them.

A target is a module there with `one(data)`, which must not raise. Inputs that once did harm, and
those from which others are made, are files in tests/fuzz/corpus/<target>/. They are replayed by
every test run, with small changes; `make fuzz` lets atheris look for more.

    python -m tests.support.fuzzing TARGET [libFuzzer's arguments]
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "fuzz"
_ODD = (0, 1, 2, 0x0F, 0x10, 0x7F, 0x80, 0x90, 0xBE, 0xDE, 0xF0, 0xFE, 0xFF)  # bytes worth a try
_MOST = 4096  # bytes of a changed input

One = Callable[[bytes], None]


def targets() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def target(name: str) -> One:
    one: One = importlib.import_module(f"tests.fuzz.{name}").one
    return one


def corpus(name: str) -> dict[str, bytes]:
    """The saved inputs by their names."""
    folder = FOLDER / "corpus" / name
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()}


def changed(saved: list[bytes], *, count: int, seed: str) -> Iterator[bytes]:
    """The same inputs for the same seed, on every machine."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(saved))
        for _ in range(chance.randint(1, 4)):
            chance.choice(_CHANGES)(data, chance, saved)
        yield bytes(data[:_MOST])


def _flip(data: bytearray, chance: random.Random, saved: list[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _odd(data: bytearray, chance: random.Random, saved: list[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice(_ODD)


def _cut(data: bytearray, chance: random.Random, saved: list[bytes]) -> None:
    del data[chance.randint(0, len(data)) :]


def _remove(data: bytearray, chance: random.Random, saved: list[bytes]) -> None:
    at = chance.randint(0, len(data))
    del data[at : at + chance.randint(1, 8)]


def _insert(data: bytearray, chance: random.Random, saved: list[bytes]) -> None:
    at = chance.randint(0, len(data))
    data[at:at] = chance.randbytes(chance.randint(1, 8))


def _repeat(data: bytearray, chance: random.Random, saved: list[bytes]) -> None:
    at = chance.randint(0, len(data))
    data[at:at] = data[at : at + chance.randint(1, 64)] * chance.randint(1, 4)


def _splice(data: bytearray, chance: random.Random, saved: list[bytes]) -> None:
    other = chance.choice(saved)
    data[chance.randint(0, len(data)) :] = other[chance.randint(0, len(other)) :]


_CHANGES = (_flip, _flip, _odd, _odd, _cut, _remove, _insert, _repeat, _splice)


def main(name: str, *arguments: str) -> None:
    # Not a requirement, nor known to mypy: it has wheels for few systems.
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports():
        one = target(name)
    atheris.Setup([name, *arguments], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
