"""What holds for the browser files as they are written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_WEB = _ROOT / "web"
ICONS: list[str] = json.loads((_WEB / "icons.json").read_text("utf-8"))
STYLES = sorted((_WEB / "styles").rglob("*.css"))
SOURCES = [
    *(_WEB / "templates").rglob("*.html"),
    *(_WEB / "src").rglob("*.ts*"),
    *(_ROOT / "vtp" / "site").rglob("*.py"),
]
_ICON_CALL = re.compile(
    r"""\bicon\("([a-z0-9-]+)"|<Icon name="([a-z0-9-]+)"|\bicon[:=]\s*"([a-z0-9-]+)\""""
)


def names_of_icons() -> set[str]:
    found = [m for path in SOURCES for m in _ICON_CALL.findall(path.read_text("utf-8"))]
    return {name for names in found for name in names if name}


def test_every_icon_that_is_drawn_is_in_the_sprite() -> None:
    assert sorted(names_of_icons() - set(ICONS)) == []


def test_every_icon_in_the_sprite_is_drawn() -> None:
    text = "\n".join(path.read_text("utf-8") for path in SOURCES)
    assert [name for name in ICONS if f'"{name}"' not in text] == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: str(path.relative_to(_WEB)))
def test_colours_are_named_only_among_the_tokens(path: Path) -> None:
    """A component names what a colour is for; white, black and shadows have no role."""
    if path.name in {"tokens.css", "roles.css"}:
        return
    colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text("utf-8")))
    assert colours - {"#fff", "#000"} == set()


@pytest.mark.parametrize("path", STYLES, ids=lambda path: str(path.relative_to(_WEB)))
def test_no_component_asks_which_theme_it_is_in(path: Path) -> None:
    if path.name in {"tokens.css", "roles.css"}:
        return
    text = path.read_text("utf-8")
    assert "data-theme" not in text
    assert "prefers-color-scheme" not in text


def test_both_themes_name_the_same_roles() -> None:
    for name in ("tokens.css", "roles.css"):
        text = (_WEB / "styles" / name).read_text("utf-8")
        light, dark = (
            set(re.findall(r"(--[\w-]+)\s*:", block))
            for block in re.findall(r'\[data-theme="?(?:light|dark)"?\]\s*\{([^}]*)\}', text)
        )
        assert light == dark


def test_every_style_sheet_is_part_of_the_whole() -> None:
    imported = set(re.findall(r'@import "\./([^"]+)"', (_WEB / "styles" / "main.css").read_text()))
    there = {str(path.relative_to(_WEB / "styles")) for path in STYLES} - {"main.css"}
    assert imported == there
