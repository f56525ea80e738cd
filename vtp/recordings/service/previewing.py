"""Makes what is shown of a recording before it is played."""

from __future__ import annotations

import asyncio

import msgspec

from vtp.ids import RecordingId
from vtp.media.pack import previews as pack
from vtp.media.pack.ladder import NothingToSee
from vtp.media.pack.roomy import Tell
from vtp.recordings.service.material import Material
from vtp.recordings.service.mill import FOLDER, written
from vtp.recordings.service.workbench import Workbench, with_files
from vtp.recordings.store import made as store

# A poster that somebody chose.
OWN = "own"
# Where it is looked for a picture that says most, as parts of the whole.
_AHEAD = (0.05, 0.2, 0.5, 0.8)


class Waveform(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float
    lines: tuple[pack.Line, ...]


async def see(bench: Workbench, id: RecordingId, material: Material, tell: Tell) -> None:
    """Poster and storyboard; the screen says more than whoever speaks about it."""
    views = [
        material.views[name].stretches for name in ("screen", "stage") if name in material.views
    ]
    moments = pack.moments(material.seconds)
    looked = tuple(pack.shown_at(at, *views) for at in moments)
    ahead = tuple(pack.shown_at(material.seconds * part, *views) for part in _AHEAD)
    spec = pack.Glimpse(stretches=looked, posters=(*ahead, *looked[:1]))
    try:
        made = await with_files(
            material.used(looked, ahead),
            lambda files: pack.glimpse(bench.roomy, spec, files=files, tell=tell),
        )
    except NothingToSee:
        return  # nobody had a camera on
    for number, sheet in enumerate(made.sheets):
        path = material.folder / FOLDER / "storyboard" / f"{number}.jpg"
        await asyncio.to_thread(written, path, sheet)
    every = moments[1] if len(moments) > 1 else material.seconds
    text = pack.track(every, material.seconds, len(moments)).encode()
    sheets = sum(map(len, made.sheets))
    await bench.write(id, "storyboard", "storyboard/tiles.vtt", text, beside=sheets)
    had = await store.file(bench.db, id=id, name="poster")
    if had is None or had.label != OWN:
        await bench.write(id, "poster", "poster.jpg", made.poster)


async def hear(bench: Workbench, id: RecordingId, material: Material, tell: Tell) -> None:
    """How loud it is when: of all together, and of each."""
    voices = material.voices
    if not voices or material.seconds <= 0:
        return
    if not any(one.who == "" for one in voices):  # nobody mixed them: all are the whole
        voices += tuple(msgspec.structs.replace(one, who="") for one in voices)
    spec = pack.Hear(
        voices=voices,
        seconds=material.seconds,
        rate=min(10.0, pack.MOST_POINTS / material.seconds),
        speaker_rate=min(1.0, pack.MOST_SPEAKER_POINTS / material.seconds),
    )
    lines = await with_files(
        material.used(tuple(one.stretch for one in voices)),
        lambda files: pack.hear(bench.roomy, spec, files=files, tell=tell),
    )
    text = msgspec.json.encode(Waveform(seconds=material.seconds, lines=lines))
    await bench.write(id, "waveform", "waveform.json", text)
