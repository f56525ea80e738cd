"""The last seal, written down outside of the database: cutting off the end is noticed by it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from vtp.audit.chain import Seal


class Head(msgspec.Struct, frozen=True):
    n: int
    hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class HeadFile:
    """`audit/head.json` in the data folder, of the process that seals."""

    path: Path

    def read(self) -> Head | None:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Head)
        except FileNotFoundError:
            return None

    def write(self, seal: Seal) -> None:
        """Beside, then in its place, so that a crash leaves the one or the other."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(Head(seal.n, seal.hash, seal.signature)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


def head_file(data_dir: Path) -> HeadFile:
    return HeadFile(data_dir / "audit" / "head.json")
