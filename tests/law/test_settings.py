"""`config/vtp.toml` names every setting, with the default that the program has and a reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vtp import resources, settings

_SAMPLE = resources.sample_config()
# Names that operators may already write; what reads them comes with classes and recordings.
_RESERVED = {"server.role"}
_DEFAULTS: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(settings.Settings()))


def _flat(tree: dict[str, Any], section: str = "") -> Iterator[tuple[str, str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, name)
        else:
            yield section, name, value


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return msgspec.json.encode(value).decode()
    if isinstance(value, list):
        return f"[{', '.join(_written(item) for item in value)}]"
    return repr(value)


def _place(section: str, name: str) -> str:
    return f"{section}.{name}" if section else name


def test_the_sample_has_every_setting_with_its_default_and_no_other() -> None:
    expected = {_place(s, n): (s, n, v) for s, n, v in _flat(_DEFAULTS)}
    found = {_place(s, n): v for s, n, v in _flat(tomllib.loads(_SAMPLE.read_text("utf-8")))}
    wrong = []
    for place, (section, name, value) in expected.items():
        line = f"{name} = {_written(value)}"
        under = f"under [{section}]" if section else "at the top"
        if place not in found:
            wrong.append(f'add {under}: "# <one line that says why>" and below it "{line}"')
        elif (found[place], type(found[place])) != (value, type(value)):
            wrong.append(f"change {under}: {line}")
    wrong += [f"remove {place}: there is no such setting" for place in found.keys() - expected]
    assert not wrong, "\n".join(["config/vtp.toml:", *wrong])


def test_the_sample_loads_as_it_stands() -> None:
    assert settings.load({}, _SAMPLE) == settings.Settings()
    assert settings.load({"VTP_CONFIG": str(_SAMPLE)}) == settings.Settings()


def _uncommented(lines: list[str]) -> Iterator[str]:
    for above, line in zip(["", *lines], lines, strict=False):
        if re.match(r"\w+ = ", line) and not re.match(r"# \S", above):
            yield line


def test_every_setting_in_the_sample_says_why_it_is_there() -> None:
    missing = list(_uncommented(_SAMPLE.read_text("utf-8").splitlines()))
    assert not missing, f"config/vtp.toml: write a comment right above {missing}"


def test_the_sample_reads_well_on_a_narrow_terminal() -> None:
    assert [line for line in _SAMPLE.read_text("utf-8").splitlines() if len(line) > 100] == []


def _comment_above(place: str) -> str:
    section, _, name = place.rpartition(".")
    lines = _SAMPLE.read_text("utf-8").splitlines()
    at = lines.index(f"[{section}]") if section else 0
    end = next(n for n in range(at, len(lines)) if lines[n].startswith(f"{name} = "))
    begin = end
    while lines[begin - 1].startswith("#"):
        begin -= 1
    return " ".join(lines[begin:end])


def test_every_setting_is_read_by_the_program_or_said_to_be_reserved() -> None:
    sources = [
        path.read_text("utf-8")
        for path in Path(settings.__file__).parents[1].rglob("*.py")
        if path.parent.name != "settings"
    ]
    for section, name, _ in _flat(_DEFAULTS):
        place = _place(section, name)
        if place in _RESERVED:
            assert "Reserved:" in _comment_above(place), place
        else:
            read = f"{name}_dir" if place == "data" else name
            assert any(re.search(rf"\.{read}\b", text) for text in sources), place


@pytest.mark.parametrize(("section", "name", "value"), list(_flat(_DEFAULTS)))
def test_every_setting_can_be_given_in_the_environment(section: str, name: str, value: Any) -> None:
    variable = f"VTP_{_place(section, name).replace('.', '__')}".upper()
    text = ",".join(value) if isinstance(value, list) else str(value)
    assert settings.load({variable: text}) == settings.Settings()
