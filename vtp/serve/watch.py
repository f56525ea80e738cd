"""`vtp serve --dev`: which children run code that has changed since they started."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from vtp.serve.errors import CannotServe

_BROWSER_FILES = ("src", "styles", "templates", "text")


class Watch:
    """Called again and again; looks at the times of all source files."""

    def __init__(self, checkout: Path) -> None:
        if not (checkout / "tools" / "build_web.py").is_file():
            raise CannotServe("--dev watches source files, so it works in a checkout only.")
        self._checkout = checkout
        self._python = self._look_at_python()
        self._browser = self._look_at_browser()

    def __call__(self) -> frozenset[str]:
        stale: set[str] = set()
        python, self._python = self._python, self._look_at_python()
        if python != self._python:
            stale |= {"record", "web", "work"}
        browser, self._browser = self._browser, self._look_at_browser()
        if browser != self._browser:
            self._build()
            stale |= {"web"}
        return frozenset(stale)

    def _build(self) -> None:
        """A mistake in it is shown by the builder; the next change builds again."""
        builder = self._checkout / "tools" / "build_web.py"
        subprocess.run([sys.executable, builder], cwd=self._checkout, check=False)

    def _look_at_python(self) -> dict[Path, int]:
        return dict(_times((self._checkout / "vtp").rglob("*.py")))

    def _look_at_browser(self) -> dict[Path, int]:
        seen: dict[Path, int] = {}
        for name in _BROWSER_FILES:
            seen.update(_times((self._checkout / "web" / name).rglob("*")))
        return seen


def _times(files: Iterator[Path]) -> Iterator[tuple[Path, int]]:
    for file in files:
        try:
            yield file, file.stat().st_mtime_ns
        except FileNotFoundError:  # an editor is replacing it
            continue
