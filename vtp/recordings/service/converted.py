"""Pictures in WebM, which nobody streams, become H.264; the journal tells of them as of others."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from vtp.media.manifests.table import MADE
from vtp.media.pack.ladder import TIMESCALE, Rung, Step
from vtp.media.pack.roomy import Tell
from vtp.media.recorder import journal
from vtp.recordings.service.material import Material, Unplayable, web_stretches
from vtp.recordings.service.mill import FOLDER, Mill

# Slides keep their letters sharp.
_QUALITY, _MOST_BITS, _PRESET = 21, 6_000_000, "veryfast"


async def convert(material: Material, mill: Mill, *, tell: Tell) -> None:
    for number, one in enumerate(material.unplayable):

        async def told(fraction: float, done: int = number) -> None:
            await tell((done + fraction) / len(material.unplayable))

        await _convert(material, mill, one, material.next_part + number, tell=told)


async def _convert(
    material: Material, mill: Mill, one: Unplayable, number: int, *, tell: Tell
) -> None:
    folder, began = material.folder, one.part.began
    stretches = await asyncio.to_thread(web_stretches, folder, one.part)
    if not stretches:
        return
    step = Step(
        name=f"part-{began.part}",
        codec="h264",
        width=began.width // 2 * 2,
        height=began.height // 2 * 2,
        quality=_QUALITY,
        most_bits=_MOST_BITS,
        preset=_PRESET,
    )
    paths = {stretches[0].file: folder / began.file}
    (rung,) = await mill.made(folder, paths, stretches, [step], tell=tell)
    await asyncio.to_thread(_tell, folder, one, rung, number, seconds=material.seconds)


def _tell(folder: Path, made_of: Unplayable, rung: Rung, number: int, *, seconds: float) -> None:
    """The file has its name before a line tells of it; the lines come at once, the end last."""
    name = f"{number:04d}.mp4"
    (folder / FOLDER / f"{rung.name}.mp4").replace(folder / name)
    began = made_of.part.began
    lines: list[journal.AnyLine] = [
        journal.PartBegan(
            part=number,
            file=name,
            track=began.track + MADE,
            participant=began.participant,
            source=began.source,
            mime="video/H264",
            codec=rung.codec,
            timescale=TIMESCALE,
            width=began.width // 2 * 2,
            height=began.height // 2 * 2,
        )
    ]
    lines += [
        journal.Grown(
            part=number,
            offset=offset,
            size=size,
            time=round(start * TIMESCALE),
            duration=round(length * TIMESCALE),
            samples=samples,
            key=True,
        )
        for offset, size, start, length, samples in rung.segments
    ]
    size = (folder / name).stat().st_size
    lines.append(journal.PartEnded(part=number, size=size))
    lines += [journal.Replaced(part=part) for part in made_of.replaces]
    lines.append(journal.Ended(at=seconds))
    with (folder / journal.NAME).open("ab") as file:
        file.write(b"\n" + b"".join(map(journal.written, lines)))
        file.flush()
        os.fdatasync(file.fileno())
