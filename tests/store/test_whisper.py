"""faster-whisper as it is installed, with a model whose weights are drawn: what it says makes no sense."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.support.works import Works, a_worker, some_works
from vtp import settings
from vtp.clock import SetClock, SystemClock
from vtp.db import Database
from vtp.jobs.model import State
from vtp.media.pack.speech import BrokenModel
from vtp.recordings import captions
from vtp.recordings.problems import ModelTooLarge
from vtp.recordings.service import material
from vtp.recordings.service.engines import engine_of
from vtp.recordings.service.workbench import Workbench
from vtp.recordings.service.writing_down import write_down
from vtp.sandbox.runner import Sandbox

_ROOT = Path(__file__).parents[2]
# Where `make peers` puts the extra: nobody else needs half a gigabyte.
_EXTRA = _ROOT / ".cache" / "transcribe"

pytestmark = pytest.mark.slow


@pytest.fixture
def extra(monkeypatch: pytest.MonkeyPatch) -> Path:
    if not (_EXTRA / "faster_whisper").is_dir():
        pytest.skip("faster-whisper is not installed (make peers)")
    # Behind our own: PyAV is there, too.
    monkeypatch.setattr(sys, "path", [*sys.path, str(_EXTRA)])
    return _EXTRA


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    subprocess.run(
        [sys.executable, "-m", "tests.support.tiny_whisper", str(folder)],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_EXTRA)},
        check=True,
    )
    return folder


@pytest.fixture
async def works(
    db: Database, clock: SetClock, tmp_path: Path, extra: Path, drawn: Path
) -> AsyncIterator[Works]:
    async with some_works(db, clock, tmp_path / "recordings") as made:
        options = settings.Processing(
            threads=2, transcriber="faster-whisper", transcriber_model=str(drawn)
        )
        sandbox = Sandbox(
            settings.Sandbox(allow_weak=True),
            clock=SystemClock(),
            modules=("vtp.media.", *engine_of(options).modules),
        )
        made.bench = replace(made.bench, options=options, roomy=sandbox)
        yield made


def given(works: Works, **changes: Any) -> Workbench:
    return replace(works.bench, options=structs.replace(works.bench.options, **changes))


def speaks(works: Works, *, seconds: float = 6.0) -> None:
    works.folder.sound(seconds=seconds, loud=lambda at: 1.0 <= at < seconds - 1.0)
    works.folder.end(seconds)


async def told_nobody(_fraction: float) -> None:
    pass


async def test_what_it_hears_becomes_captions(works: Works) -> None:
    told = list[float]()

    async def tell(fraction: float) -> None:
        told.append(fraction)

    speaks(works)
    await works.ready()
    await write_down(works.bench, works.id, material.read(works.folder.path), tell)
    workshop, actor = works.school.recordings.workshop, works.ines.actor
    [made] = await workshop.captions(actor, works.id)
    assert (made.of, made.language) == ("speech", "en")
    _, path = await workshop.file(actor, works.id, made.name)
    cues = captions.read(path.read_bytes())
    assert cues
    assert all(0 <= one.start < one.until <= 6.5 for one in cues)
    assert told == sorted(told)
    assert all(0 <= one <= 1 for one in told)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.bin", b"no model"),
        ("tokenizer.json", b"{}"),
        ("config.json", b"["),
        ("model.bin", b""),
    ],
)
async def test_a_model_that_is_broken_is_told_from_a_recording_that_is(
    works: Works, drawn: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    broken = shutil.copytree(drawn, tmp_path / "broken")
    (broken / name).write_bytes(content)
    speaks(works)
    await works.ready()
    bench = given(works, transcriber_model=str(broken))
    with pytest.raises(BrokenModel):
        await write_down(bench, works.id, material.read(works.folder.path), told_nobody)


async def test_a_model_that_does_not_fit_into_its_memory_says_so(works: Works) -> None:
    speaks(works)
    await works.ready()
    bench = given(works, memory=450_000_000)
    with pytest.raises(ModelTooLarge):
        await write_down(bench, works.id, material.read(works.folder.path), told_nobody)


async def test_who_cancels_waits_for_no_engine(works: Works) -> None:
    speaks(works, seconds=120.0)
    await works.ready()
    began = asyncio.Event()

    async def tell(_fraction: float) -> None:
        began.set()

    working = asyncio.ensure_future(
        write_down(works.bench, works.id, material.read(works.folder.path), tell)
    )
    await began.wait()
    assert children() != []
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert children() == []


async def test_who_holds_the_class_reads_what_lacks_and_tries_again(
    works: Works, database_settings: settings.Database, drawn: Path, tmp_path: Path
) -> None:
    speaks(works)
    missing = tmp_path / "model"
    works.bench = given(works, transcriber_model=str(missing))
    workshop, actor = works.school.recordings.workshop, works.ines.actor
    workshop.engine = engine_of(given(works, transcriber_model=str(drawn)).options)
    await works.ready()
    async with a_worker(works, database_settings):
        assert await works.made("captions") is State.FAILED
        done = (await works.bench.orders.of([works.id]))[works.id]
        [failed] = [one for one in done if one.kind == "captions"]
        assert failed.job.error is not None
        assert failed.job.error.code == "transcriber_no_model"
        shutil.copytree(drawn, missing)
        await workshop.again(actor, works.id, "captions")
        assert await works.made("captions") is State.SUCCEEDED
        assert [one.name for one in await workshop.captions(actor, works.id)] == ["captions-en"]


def children() -> list[str]:
    """Processes of the sandbox that are ours."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    said = [Path(f"/proc/{one}/cmdline") for one in found]
    return [str(one) for one in said if one.is_file() and b"vtp.sandbox.child" in one.read_bytes()]
