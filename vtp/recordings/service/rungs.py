"""Makes the smaller sizes of a recording."""

from __future__ import annotations

import asyncio

from vtp.db import Database
from vtp.ids import RecordingId
from vtp.media.pack.ladder import TIMESCALE, Rung, Step, sizes
from vtp.media.pack.roomy import Tell
from vtp.recordings.model import Encoding, Made
from vtp.recordings.service.material import Material, View
from vtp.recordings.service.mill import FOLDER, forget_pieces
from vtp.recordings.service.workbench import Workbench
from vtp.recordings.store import made as store


async def encodings(db: Database) -> list[Encoding]:
    """Those in use, for whoever makes videos smaller too."""
    return await store.encodings(db, enabled=True)


async def climb(bench: Workbench, id: RecordingId, material: Material, tell: Tell) -> None:
    """All sizes below the one that was recorded, which stays as it is."""
    rows = await encodings(bench.db)
    steps = {name: steps_of(name, view, rows) for name, view in material.views.items()}
    wanted = {name: each for name, each in steps.items() if each}
    for number, (name, each) in enumerate(wanted.items()):
        view = material.views[name]

        async def told(fraction: float, done: int = number) -> None:
            await tell((done + fraction) / len(wanted))

        rungs = await bench.mill.made(
            material.folder, material.used(view.stretches), view.stretches, each, tell=told
        )
        for step, rung in zip(each, rungs, strict=True):
            await bench.put(id, await asyncio.to_thread(_made, material, name, step, rung))
    await asyncio.to_thread(forget_pieces, material.folder)


def steps_of(name: str, view: View, rows: list[Encoding]) -> list[Step]:
    fitting = sizes(view.width, view.height, [one.height for one in rows])
    return [
        Step(
            name=f"{name}-{one.height}" if one.codec == "h264" else f"{name}-{one.name}",
            codec=one.codec,
            width=fitting[one.height][0],
            height=fitting[one.height][1],
            quality=one.quality,
            most_bits=one.most_bits,
            preset=one.preset,
        )
        for one in rows
        if one.height in fitting
    ]


def _made(material: Material, of: str, step: Step, rung: Rung) -> Made:
    path = f"{FOLDER}/{step.name}.mp4"
    return Made(
        name=step.name,
        kind="rung",
        path=path,
        bytes=(material.folder / path).stat().st_size,
        of=of,
        codec=rung.codec,
        width=step.width,
        height=step.height,
        timescale=TIMESCALE,
        header=rung.header,
        segments=rung.segments,
    )
