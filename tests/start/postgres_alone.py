"""A program for tests: our PostgreSQL and nothing else below the supervisor.

python postgres_alone.py DATA [BIN]
"""

from __future__ import annotations

import sys
from pathlib import Path

from vtp import secretfiles
from vtp.serve import lock
from vtp.serve.errors import CannotServe
from vtp.serve.postgres import server
from vtp.serve.supervisor import Supervisor


def tell(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def main(data: Path, chosen: str = "") -> int:
    secretfiles.private_folder(data)
    try:
        with lock.held(data):
            prepared = server.prepare(data, data / "secrets", chosen=chosen)
            children = [prepared.child()]
            return Supervisor(
                children=children, say=tell, on_ready=lambda: tell(f"ready {prepared.url}")
            ).run()
    except CannotServe as error:
        tell(f"refused: {error}")
        return 2


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
