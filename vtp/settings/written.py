"""What the operator wrote, before anything is made of it: a TOML file, then the environment."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_PREFIX = "VTP_"
# Written flat because the whole world knows them so.
_ALIASES = {"VTP_DATABASE_URL": ("database", "url")}
# Read by others (the Makefile, the tests), never settings.
_NOT_SETTINGS = ("VTP_CONFIG", "VTP_TEST_", "VTP_BENCH_", "VTP_CHILD_")


class SettingsError(Exception):
    """A setting is unknown or has a value that cannot be used."""


def written(
    environ: Mapping[str, str], path: Path | None, *, is_list: Callable[[Sequence[str]], bool]
) -> dict[str, Any]:
    """Tables in tables. `is_list` says of the names of a setting whether it takes a list."""
    raw: dict[str, Any] = _from_file(path) if path else {}
    for name in sorted(environ):
        if name.startswith(_PREFIX) and not name.startswith(_NOT_SETTINGS):
            names = _names(name)
            value = environ[name]
            _put(raw, name, names, _listed(value) if is_list(names) else value)
    return raw


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from None


def _names(variable: str) -> Sequence[str]:
    """`VTP_OIDC__SCHOOL__ISSUER` is `issuer` in `[oidc.school]`."""
    return _ALIASES.get(variable) or variable.removeprefix(_PREFIX).lower().split("__")


def _put(raw: dict[str, Any], variable: str, names: Sequence[str], value: object) -> None:
    table: Any = raw
    for at, name in enumerate(names[:-1], start=1):
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            place = ".".join(names[:at])
            raise SettingsError(f"settings: {place} must be a table, because {variable} is set")
    table[names[-1]] = value


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
