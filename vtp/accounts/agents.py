"""From a User-Agent to what a person recognises: "Firefox on Linux". Pure.

It only has to tell one's own devices apart; what nobody recognises is shown by its first word.
"""

from __future__ import annotations

import re

# In this order: most browsers also claim to be those further down.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
_PRODUCT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")
UNKNOWN = "Unknown program"
MAX_STORED = 256


def shown(agent: str) -> str:
    browser, system = _first(agent, _BROWSERS), _first(agent, _SYSTEMS)
    if browser and system:
        return f"{browser} on {system}"
    if browser:
        return browser
    product = _PRODUCT.match(agent)
    return product.group() if product else UNKNOWN


def family(agent: str) -> str:
    """The browser alone: "Firefox"."""
    return _first(agent, _BROWSERS) or UNKNOWN


def _first(agent: str, known: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for sign, name in known if sign in agent), None)


def storable(agent: str) -> str:
    """A header may carry bytes that are no text; what is stored is text, and short."""
    text = agent[:MAX_STORED].encode("utf-8", "replace").decode()
    return "".join(character if character.isprintable() else " " for character in text)
