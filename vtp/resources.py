"""Where the files that belong to the program are: beside it in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "_bundle"
_CHECKOUT = _PACKAGE.parent


def _root() -> Path:
    return _BUNDLE if _BUNDLE.is_dir() else _CHECKOUT


def migrations() -> Path:
    return _root() / "migrations"


def templates() -> Path:
    return _root() / "web" / "templates"


def catalogue() -> Path:
    """The interface texts."""
    return _root() / "web" / "text"


def assets() -> Path:
    """The built browser files, with `manifest.json`."""
    return _root() / "web" / "dist"


def sample_config() -> Path:
    return _root() / "config" / "vtp.toml"
