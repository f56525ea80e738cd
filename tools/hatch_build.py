"""The build hook of sdist and wheel: the browser files are made here, so pip alone is enough."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _build_web() -> ModuleType:
    """tools/build_web.py by its path: this file runs where `tools` is no package."""
    path = Path(__file__).resolve().parent / "build_web.py"
    spec = importlib.util.spec_from_file_location("build_web", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look themselves up.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class BrowserFiles(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """A Node for the build, only where there is work for it and no other one."""
        web = _build_web()
        if web.fresh() or web.find_node():
            return []
        wanted = Path(self.root, "requirements", "node.in").read_text("ascii").split()
        return wanted

    def initialize(self, _version: str, build_data: dict[str, Any]) -> None:
        _build_web().build()
        # Git ignores what is built, a package must not: an sdist then needs no Node either.
        build_data["artifacts"].append("web/dist")
