"""The interface texts: one catalogue, `web/text/en.json`, of flat dotted keys."""

from __future__ import annotations

import json
from pathlib import Path

from vtp import resources


class Texts:
    def __init__(self, directory: Path | None = None, language: str = "en") -> None:
        path = (directory or resources.catalogue()) / f"{language}.json"
        self._texts: dict[str, str] = json.loads(path.read_text("utf-8"))

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key`, with `{name}` filled in; a missing key is a bug and says so."""
        text = self._texts[key]
        return text.format_map(values) if values else text

    def get(self, key: str) -> str | None:
        return self._texts.get(key)
