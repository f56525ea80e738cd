"""Faults of ours in somebody's media: told now and then, counted, and kept from everybody else."""

from __future__ import annotations

from collections.abc import MutableMapping
from types import TracebackType

import structlog

_log = structlog.get_logger()


class Care:
    """`with care:` around what belongs to one person, so that a fault in it ends there.

    Whoever can cause a fault can cause it with every packet, so a line a second has to do.
    """

    def __init__(self, drops: MutableMapping[str, int]) -> None:
        self._drops = drops

    def __enter__(self) -> None: ...

    def __exit__(
        self, _kind: object, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.stumbled(error)
        return True

    def stumbled(self, error: Exception) -> None:
        """The same where a `with` would cost too much: in the loop over all subscribers."""
        self._drops["error"] = self._drops.get("error", 0) + 1
        _log.error("media.stumbled", exc_info=error, seldom="media.stumbled")
