"""Encodes in pieces of some minutes: each is done once, however often the work is begun.

A piece is known by what it is made of and how; what a run before has finished is taken up. They
are laid behind each other in the end, and have their name only once that is on the disk.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from vtp import settings
from vtp.media.pack.composite import Compose, compose
from vtp.media.pack.ladder import Climb, NothingToSee, Rung, Step, climb
from vtp.media.pack.roomy import Budget, Roomy, Tell
from vtp.media.pack.stretch import Stretch, chunks
from vtp.recordings.problems import DiskFull

FOLDER = "made"
PIECES = "pieces"
_DONE = "done.json"
_BLOCK = 1 << 20
Spec = Climb | Compose


class _Piece(msgspec.Struct, frozen=True):
    rungs: tuple[Rung, ...]


class Mill:
    """Works that run at once keep their pieces apart: whoever is done forgets only its own."""

    def __init__(
        self, roomy: Roomy, options: settings.Processing, *, reserve: int, pieces: str = PIECES
    ) -> None:
        self._roomy = roomy
        self._pieces = pieces
        self._options = options
        self._reserve = reserve

    async def made(
        self,
        folder: Path,
        paths: Mapping[str, Path],
        stretches: Sequence[Stretch],
        steps: Sequence[Step],
        *,
        tell: Tell,
    ) -> tuple[Rung, ...]:
        """Each step as `made/{its name}.mp4`."""
        specs = [
            Climb(stretches=tuple(one), steps=tuple(steps), threads=self.threads)
            for one in chunks(stretches, seconds=self._options.piece)
        ]
        return await self.encoded(folder, paths, specs, tell=tell)

    @property
    def threads(self) -> int:
        return self._options.threads or max(1, (os.cpu_count() or 1) // self._options.parallel)

    @property
    def piece(self) -> float:
        """Seconds of one."""
        return self._options.piece

    async def encoded(
        self, folder: Path, paths: Mapping[str, Path], specs: Sequence[Spec], *, tell: Tell
    ) -> tuple[Rung, ...]:
        """Pieces that follow each other, with the same steps."""
        await asyncio.to_thread(self.require_room, folder)
        progress = _Progress([one.seconds for one in specs], tell)
        turns = asyncio.Semaphore(self._options.parallel)

        async def piece(number: int) -> tuple[Path, _Piece]:
            async with turns:
                found = await self._piece(folder, paths, specs[number], progress.of(number))
                await progress.of(number)(1.0)
                return found

        try:
            async with asyncio.TaskGroup() as group:
                working = [group.create_task(piece(number)) for number in range(len(specs))]
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None
        done = [one.result() for one in working]
        return tuple(
            [
                await asyncio.to_thread(_joined, folder, step, number, done)
                for number, step in enumerate(specs[0].steps if specs else ())
            ]
        )

    def require_room(self, folder: Path) -> None:
        """Blocking."""
        if shutil.disk_usage(folder).free <= self._reserve:
            raise DiskFull

    async def _piece(
        self, folder: Path, paths: Mapping[str, Path], spec: Spec, tell: Tell
    ) -> tuple[Path, _Piece]:
        place = folder / FOLDER / self._pieces / _key(spec)
        found = await asyncio.to_thread(_finished, place)
        if found is not None:
            return place, found
        await asyncio.to_thread(place.mkdir, parents=True, exist_ok=True)
        with ExitStack() as stack:
            files = {name: _opened(stack, path) for name, path in paths.items()}
            targets = {f"to:{one.name}": place / f"{one.name}.mp4" for one in spec.steps}
            files |= {name: _opened(stack, path, write=True) for name, path in targets.items()}
            # Only what it reads, because a child holds few files.
            used = spec.used | set(targets)
            given = {name: one for name, one in files.items() if name in used}
            budget = Budget(memory=self._options.memory)
            if isinstance(spec, Compose):
                rungs = await compose(self._roomy, spec, files=given, budget=budget, tell=tell)
            else:
                rungs = await climb(self._roomy, spec, files=given, budget=budget, tell=tell)
            for name in targets:
                await asyncio.to_thread(os.fdatasync, files[name])
        made = _Piece(rungs)
        await asyncio.to_thread(_finish, place, made)
        return place, made


class _Progress:
    """Of all pieces together, by their length."""

    def __init__(self, lengths: Sequence[float], tell: Tell) -> None:
        self._lengths = lengths
        self._done = [0.0] * len(lengths)
        self._tell = tell

    def of(self, number: int) -> Tell:
        async def told(fraction: float) -> None:
            self._done[number] = fraction
            all_done = sum(a * b for a, b in zip(self._lengths, self._done, strict=True))
            await self._tell(all_done / (sum(self._lengths) or 1.0))

        return told


def _key(spec: Spec) -> str:
    plain = msgspec.structs.replace(spec, threads=1)
    return hashlib.sha256(msgspec.msgpack.encode(plain)).hexdigest()[:32]


def _finished(place: Path) -> _Piece | None:
    try:
        return msgspec.json.decode((place / _DONE).read_bytes(), type=_Piece)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _finish(place: Path, piece: _Piece) -> None:
    written(place / _DONE, msgspec.json.encode(piece))


def written(path: Path, data: bytes) -> None:
    """Whole or not at all, also through a power cut. Blocking."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fdatasync(file.fileno())
    draft.replace(path)


def _opened(stack: ExitStack, path: Path, *, write: bool = False) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC if write else os.O_RDONLY
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o640)
    stack.callback(os.close, descriptor)
    return descriptor


def _joined(folder: Path, step: Step, number: int, pieces: Sequence[tuple[Path, _Piece]]) -> Rung:
    """One head, and behind it the fragments of all pieces."""
    target = folder / FOLDER / f"{step.name}.mp4"
    draft = target.with_name(f".{target.name}.part")
    first = pieces[0][1].rungs[number]
    segments: list[tuple[int, int, float, float, int]] = []
    with draft.open("wb") as out:
        head = b""
        for place, piece in pieces:
            rung = piece.rungs[number]
            with (place / f"{step.name}.mp4").open("rb") as file:
                mine = file.read(rung.header)
                if not head:
                    head = mine
                    out.write(head)
                elif mine != head:
                    raise NothingToSee  # another encoder has made it; they do not fit together
                moved = out.tell() - rung.header
                shutil.copyfileobj(file, out, _BLOCK)
            segments += [
                (offset + moved, size, start, seconds, pictures)
                for offset, size, start, seconds, pictures in rung.segments
            ]
        out.flush()
        os.fdatasync(out.fileno())
    draft.replace(target)
    return msgspec.structs.replace(first, segments=tuple(segments))


def forget_pieces(folder: Path, pieces: str = PIECES) -> None:
    """Once all that is made of them is there. Blocking."""
    shutil.rmtree(folder / FOLDER / pieces, ignore_errors=True)
