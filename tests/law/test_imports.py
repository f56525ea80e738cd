"""Who may import whom, as `ARCHITECTURE.md` draws it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def test_the_import_laws_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run(
        [lint, "--no-cache"], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout
