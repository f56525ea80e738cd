"""A PostgreSQL of a test's own, which it may make hang: alive, connected, and silent."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.postgres import TestCluster, cluster
from vtp import settings


class Hanging:
    def __init__(self, made: TestCluster, folder: Path) -> None:
        (note,) = folder.rglob("postmaster.pid")
        self._postmaster = int(note.read_text().splitlines()[0])
        self._made = made

    def options(self) -> settings.Database:
        """Of the template, which has the schema. Only the limits of statements are short."""
        return settings.Database(
            url=self._made.of("vtp_template"),
            min_connections=1,
            max_connections=2,
            connect_timeout=60.0,
            statement_timeout=0.3,
            retry_for=0.3,
        )

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Within the block no process of the server runs."""
        held = [self._postmaster, *self._children()]
        try:
            for pid in held:
                _send(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in held:
                _send(pid, signal.SIGCONT)

    def _children(self) -> list[int]:
        listed = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children")
        return [int(pid) for pid in listed.read_text().split()]


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # a worker of its own that has just ended
        os.kill(pid, number)


@contextmanager
def hanging() -> Iterator[Hanging]:
    folder = Path(tempfile.mkdtemp(prefix="vtp-hang-"))
    try:
        with cluster(folder) as made:
            yield Hanging(made, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
