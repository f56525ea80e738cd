"""The picture of a recording that a host chose: a moment of it, or a file, drawn anew."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable
from pathlib import Path
from typing import Protocol

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import RecordingId
from vtp.media.pack import previews as pack
from vtp.media.pack.confined import Confined
from vtp.media.pack.ladder import NothingToSee
from vtp.media.pack.picture import fit_file
from vtp.media.pack.roomy import Roomy
from vtp.recordings.model import Made, Recording
from vtp.recordings.problems import StillRecording
from vtp.recordings.service.material import Material, read
from vtp.recordings.service.mill import FOLDER, written
from vtp.recordings.service.orders import Orders
from vtp.recordings.service.previewing import OWN
from vtp.recordings.service.studio import Studio
from vtp.recordings.service.workbench import with_files
from vtp.recordings.store import made as store

MAX_BYTES = 8 * 1024 * 1024
ACCEPTED = ("image/png", "image/jpeg", "image/webp", "image/gif")
_BOX = 1280
_NAME = "poster"


class Drawing(Confined, Roomy, Protocol):
    """`vtp.sandbox.runner.Sandbox`."""


class Posters:
    def __init__(
        self,
        db: Database,
        *,
        studio: Studio,
        orders: Orders,
        sandbox: Drawing,
        clock: Clock,
        root: Path,
    ) -> None:
        self._db = db
        self._studio = studio
        self._orders = orders
        self._sandbox = sandbox
        self._clock = clock
        self._root = root

    async def moment(self, actor: Actor, id: RecordingId, at: float) -> None:
        """What is seen then; the screen says more than whoever speaks about it."""
        await self._changeable(actor, id)
        try:
            material = await asyncio.to_thread(read, self._root / str(id))
        except FileNotFoundError:
            raise NothingToSee from None
        await self._keep(actor, id, "poster-own.jpg", await self._seen(material, at))

    async def _seen(self, material: Material, at: float) -> bytes:
        views = [material.views[one].stretches for one in ("screen", "stage")
                 if one in material.views]  # fmt: skip
        shown = pack.shown_at(at, *views)
        if not shown.file:
            raise NothingToSee
        spec = pack.Glimpse(stretches=(), posters=(shown,))
        made = await with_files(
            material.used((shown,)),
            lambda files: pack.glimpse(self._sandbox, spec, files=files, tell=_silently),
        )
        return made.poster

    async def picture(self, actor: Actor, id: RecordingId, sent: AsyncIterable[bytes]) -> None:
        """In memory, at most what was agreed on; nothing here looks into it."""
        await self._changeable(actor, id)
        with os.fdopen(os.memfd_create("vtp-poster", os.MFD_CLOEXEC), "w+b") as file:
            async for piece in sent:
                file.write(piece)
            file.flush()
            (drawn,) = await fit_file(
                self._sandbox, file.fileno(), boxes=(_BOX,), max_bytes=MAX_BYTES
            )
        await self._keep(actor, id, "poster-own.webp", drawn.data)

    async def by_itself(self, actor: Actor, id: RecordingId) -> None:
        """One is found once more, with the other previews."""
        await self._changeable(actor, id)
        known = await store.file(self._db, id=id, name=_NAME)
        if known is None or known.label != OWN:
            return
        async with self._db.transaction() as tx:
            await store.forget(tx, id=id, name=_NAME)
            await self._orders.put(tx, id, "previews", owner_id=actor.user_id)
            await self._studio.wrote(tx, actor, "poster_removed", id)

    async def _changeable(self, actor: Actor, id: RecordingId) -> Recording:
        found = await self._studio.changeable(actor, id)
        if found.deleted_at is not None:
            raise NotFound
        if found.state != "ready":
            raise StillRecording
        return found

    async def _keep(self, actor: Actor, id: RecordingId, file: str, data: bytes) -> None:
        path = f"{FOLDER}/{file}"
        await asyncio.to_thread(written, self._root / str(id) / path, data)
        made = Made(name=_NAME, kind="poster", path=path, bytes=len(data), label=OWN)
        async with self._db.transaction() as tx:
            await store.put(tx, id=id, made=made, at=self._clock.now())
            await self._studio.wrote(tx, actor, "poster_set", id)


async def _silently(_fraction: float) -> None:
    """Somebody waits for it; it takes a second."""
