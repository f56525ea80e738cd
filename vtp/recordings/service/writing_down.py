"""Makes captions of what is said; never in the place of those that a person sent."""

from __future__ import annotations

import asyncio
import os

from vtp.ids import RecordingId
from vtp.media.manifests import subtitles
from vtp.media.pack import speech
from vtp.media.pack.roomy import Tell
from vtp.recordings import captions
from vtp.recordings.kinds import Transcriber
from vtp.recordings.model import AUTOMATIC, Made
from vtp.recordings.problems import ModelTooLarge, NoModel, NotInstalled, NoTranscriber
from vtp.recordings.service.engines import engine_of
from vtp.recordings.service.material import Material
from vtp.recordings.service.mill import FOLDER, written
from vtp.recordings.service.workbench import Workbench, with_files
from vtp.recordings.store import made as store
from vtp.sandbox.failures import OutOfMemory

# What lacks, as whoever holds the class reads it beside the recording, with a way to try again.
_LACKS: dict[Transcriber, type[NoTranscriber]] = {
    "unset": NoTranscriber,
    "not_installed": NotInstalled,
    "no_model": NoModel,
}


async def write_down(bench: Workbench, id: RecordingId, material: Material, tell: Tell) -> None:
    engine = await asyncio.to_thread(engine_of, bench.options)
    mixed = tuple(one for one in material.voices if one.who == "")
    voices = mixed or material.voices
    if engine.state != "ready":
        raise _LACKS[engine.state]
    if not voices:
        raise speech.NothingSaid
    spec = speech.Speech(voices=voices, threads=bench.options.threads or os.cpu_count() or 1)
    try:
        spoken = await with_files(
            {**material.used(tuple(one.stretch for one in voices)), **engine.files},
            lambda files: speech.transcribed(
                bench.roomy,
                engine.function,
                spec,
                files=files,
                memory=bench.options.memory,
                tell=tell,
            ),
        )
    except OutOfMemory:
        raise ModelTooLarge from None
    await _keep(bench, id, material, spoken)


async def _keep(
    bench: Workbench, id: RecordingId, material: Material, spoken: speech.Spoken
) -> None:
    """What an engine says is as strange as what a file says."""
    cues = captions.cleaned(spoken.cues)
    language = captions.language(spoken.language)
    if not cues:
        raise speech.NothingSaid
    name = f"captions-{language.lower()}"
    had = await store.file(bench.db, id=id, name=name)
    if had is not None and had.of != AUTOMATIC:
        return
    text = subtitles.written(cues).encode()
    path = f"{FOLDER}/{name}.vtt"
    await asyncio.to_thread(written, material.folder / path, text)
    made = Made(
        name=name,
        kind="captions",
        path=path,
        bytes=len(text),
        of=AUTOMATIC,
        language=language,
        label=language,
    )
    await bench.put(id, made)
