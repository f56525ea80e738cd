"""Where the files that belong to the program are: beside it in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "_bundle"
_CHECKOUT = _PACKAGE.parent
# Where systems keep them.
_SYSTEM_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
)


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


def system_fonts() -> list[Path]:
    """Those of this machine with more letters than ours have."""
    return [path for name in _SYSTEM_FONTS if (path := Path(name)).is_file()]
