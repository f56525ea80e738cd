"""The interface speaks from one catalogue: nothing missing, nothing unused, nothing beside it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_WEB = _ROOT / "web"
TEXTS: dict[str, str] = json.loads((_WEB / "text" / "en.json").read_text("utf-8"))

_KEY = r"[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9-]+)+"
_CALL = re.compile(rf"""\bt\(\s*["']({_KEY})["']""")
_WITHOUT_VALUES = re.compile(rf"""\bt\(\s*["']({_KEY})["']\s*,?\s*\)""")
# t("role." ~ role): every key that begins so is used.
_BUILT = re.compile(r"""\bt\(\s*["']([A-Za-z.]+\.)["']\s*~""")
# In Python keys are plain strings; pages of errors are named by their status.
_IN_PYTHON = re.compile(rf"""["']({_KEY})["']""")
_BY_STATUS = "error."


def files(folder: str, *suffixes: str) -> dict[str, str]:
    found = sorted(path for path in (_ROOT / folder).rglob("*") if path.suffix in suffixes)
    return {str(path.relative_to(_ROOT)): path.read_text("utf-8") for path in found}


TEMPLATES = files("web/templates", ".html")
SCRIPTS = files("web/src", ".ts", ".tsx")
PYTHON = files("vtp", ".py")


def called() -> set[str]:
    return {key for text in (*TEMPLATES.values(), *SCRIPTS.values()) for key in _CALL.findall(text)}


def named_in_python() -> set[str]:
    return {key for text in PYTHON.values() for key in _IN_PYTHON.findall(text)}


def test_every_text_that_is_asked_for_is_there() -> None:
    assert sorted(called() - TEXTS.keys()) == []


def test_every_text_is_used_somewhere() -> None:
    beginnings = {start for text in TEMPLATES.values() for start in _BUILT.findall(text)}
    used = called() | named_in_python()
    unused = [
        key for key in TEXTS if key not in used and not key.startswith((*beginnings, _BY_STATUS))
    ]
    assert unused == []


def test_a_sentence_with_places_to_fill_gets_values() -> None:
    unfilled = [
        (name, key)
        for name, text in (TEMPLATES | SCRIPTS).items()
        for key in _WITHOUT_VALUES.findall(text)
        if "{" in TEXTS.get(key, "")
    ]
    assert unfilled == []


def written_down() -> set[tuple[str, str]]:
    """What the record is told, where it is named on the spot: nouns and actions."""
    calls = [
        {word.arg: word.value for word in call.keywords}
        for text in PYTHON.values()
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
    ]
    named = [(words.get("noun"), words.get("action")) for words in calls]
    return {
        (str(noun.value), str(action.value))
        for noun, action in named
        if isinstance(noun, ast.Constant) and isinstance(action, ast.Constant)
    }


def test_the_record_says_in_words_what_was_done() -> None:
    wanted = {f"audit.did.{noun}.{did}".replace("_", "-") for noun, did in written_down()}
    assert sorted(wanted - TEXTS.keys()) == []


def test_the_catalogue_is_in_order_and_clean() -> None:
    assert list(TEXTS) == sorted(TEXTS)
    odd = {k: v for k, v in TEXTS.items() if v != v.strip() or "  " in v or "!" in v or "--" in v}
    assert odd == {}


_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"<!doctype html>|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
_SPOKEN = re.compile(r"""\b(?:aria-label|alt|title|placeholder|data-tip|data-says)="([^"]*)\"""")
_WORD = re.compile(r"[A-Za-z]{2,}")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_words_of_its_own(name: str) -> None:
    markup = _JINJA.sub("", TEMPLATES[name])
    attributes = " ".join(_SPOKEN.findall(markup))
    assert _WORD.findall(_TAG.sub(" ", markup)) == []
    assert _WORD.findall(attributes) == []


def test_an_island_has_no_words_of_its_own() -> None:
    spoken = re.compile(r"^\s+[A-Z][a-z]+(?: [a-z]+)*[.:]?$", re.MULTILINE)
    found = {n: spoken.findall(text) for n, text in SCRIPTS.items() if n.endswith(".tsx")}
    assert {name: words for name, words in found.items() if words} == {}
