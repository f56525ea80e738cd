"""The build hook of sdist and wheel: what is built is built here, so pip alone is enough.

Browser files always; the compiled loop of the media plane where there is a compiler.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _tool(name: str) -> ModuleType:
    """tools/name.py by its path: this file runs where `tools` is no package."""
    path = Path(__file__).resolve().parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look themselves up.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Built(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """A Node for the build, only where there is work for it and no other one."""
        web = _tool("build_web")
        if web.fresh() or web.find_node():
            return []
        wanted = Path(self.root, "requirements", "node.in").read_text("ascii").split()
        return wanted

    def initialize(self, _version: str, build_data: dict[str, Any]) -> None:
        _tool("build_web").build()
        # Git ignores what is built, a package must not: an sdist then needs no Node either.
        build_data["artifacts"].append("web/dist")
        if self.target_name == "wheel":
            self._loop(build_data)

    def _loop(self, build_data: dict[str, Any]) -> None:
        """A wheel with the compiled loop is for this Python and machine; without, for all."""
        made = _tool("build_loop").build()
        if made is not None:
            build_data["artifacts"].append(str(made.relative_to(self.root)))
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
