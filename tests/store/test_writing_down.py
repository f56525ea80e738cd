"""Captions that an engine writes: behind walls, of the sound that there is, beside those of people."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.works import Works, some_works
from vtp import settings
from vtp.clock import SetClock, SystemClock
from vtp.db import Database
from vtp.media.pack.speech import NothingSaid
from vtp.recordings.problems import NoTranscriber
from vtp.recordings.service import material
from vtp.recordings.service.engines import NO_ENGINE, engine_of
from vtp.recordings.service.writing_down import write_down
from vtp.recordings.store import made as made_store
from vtp.sandbox.runner import Sandbox

_ENGINE = "tests.media.listener:transcribe"


@pytest.fixture
async def works(db: Database, clock: SetClock, tmp_path: Path) -> AsyncIterator[Works]:
    async with some_works(db, clock, tmp_path / "recordings") as made:
        options = chosen(_ENGINE)
        engine = engine_of(options)
        sandbox = Sandbox(
            settings.Sandbox(allow_weak=True),
            clock=SystemClock(),
            modules=("vtp.media.", *engine.modules),
        )
        made.bench = replace(made.bench, options=options, roomy=sandbox)
        yield made


def chosen(transcriber: str, model: str = "") -> settings.Processing:
    return settings.Processing(threads=1, transcriber=transcriber, transcriber_model=model)


async def test_what_is_heard_becomes_captions_until_a_person_sends_better_ones(
    works: Works, tmp_path: Path
) -> None:
    folder, told = works.folder, list[float]()
    folder.sound(seconds=6.0, loud=lambda at: 1.0 <= at < 2.0 or 4.0 <= at < 5.0)
    folder.end(6.0)
    await works.ready()

    async def tell(fraction: float) -> None:
        told.append(fraction)

    read = material.read(folder.path)
    await write_down(works.bench, works.id, read, tell)
    workshop, actor = works.school.recordings.workshop, works.ines.actor
    [made] = await workshop.captions(actor, works.id)
    assert (made.name, made.of, made.language) == ("captions-und", "speech", "und")
    _, path = await workshop.file(actor, works.id, made.name)
    text = path.read_text()
    assert text.count("-->") == text.count("\nA tone\n") == 2
    assert "00:00:01." in text or "00:00:00.9" in text

    model = tmp_path / "model"
    model.mkdir()
    (model / "words.bin").write_bytes(b"words")
    bench = replace(works.bench, options=chosen(_ENGINE, str(model)))
    sent = b"WEBVTT\n\n00:01.000 --> 00:02.000\nBom dia\n"
    await workshop.set_captions(actor, works.id, language="pt-BR", label="", data=sent)
    await write_down(bench, works.id, read, tell)
    kept = await made_store.file(works.bench.db, id=works.id, name="captions-pt-br")
    assert kept is not None
    assert kept.of == ""
    assert all(0 <= one <= 1 for one in told)


async def test_where_nobody_says_anything_that_is_told(works: Works) -> None:
    works.folder.sound(seconds=1.0, loud=lambda _at: False)
    works.folder.end(1.0)
    await works.ready()

    async def tell(_fraction: float) -> None:
        pass

    with pytest.raises(NothingSaid):
        await write_down(works.bench, works.id, material.read(works.folder.path), tell)


async def test_who_asks_without_an_engine_hears_that_there_is_none(works: Works) -> None:
    await works.ready()
    workshop = works.school.recordings.workshop
    assert workshop.engine == NO_ENGINE
    with pytest.raises(NoTranscriber):
        await workshop.again(works.ines.actor, works.id, "captions")
    workshop.engine = engine_of(works.bench.options)
    assert (await workshop.again(works.ines.actor, works.id, "captions")).kind == "captions"


@pytest.mark.parametrize(
    ("transcriber", "state"),
    [
        ("", "unset"),
        ("no_such_package.engine:transcribe", "not_installed"),
        ("no such name", "not_installed"),
        (_ENGINE, "ready"),
        ("faster-whisper", "not_installed"),
    ],
)
def test_an_engine_is_there_or_says_what_lacks(
    transcriber: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    assert engine_of(chosen(transcriber)).state == state


def test_a_model_is_a_folder_with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "faster_whisper.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    (empty := tmp_path / "empty").mkdir()
    names = ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")

    def found(folder: str) -> str:
        return engine_of(chosen("faster-whisper", folder)).state

    assert found("") == found(str(empty)) == found(str(tmp_path / "none")) == "no_model"
    for name in names:
        assert found(str(empty)) == "no_model"
        (empty / name).write_bytes(b"x")
    assert found(str(empty)) == "ready"
    (empty / "README.md").write_bytes(b"x")
    (empty / "preprocessor_config.json").write_bytes(b"{}")
    given = engine_of(chosen("faster-whisper", str(empty))).files
    assert given.keys() == {f"model:{one}" for one in (*names, "preprocessor_config.json")}


@pytest.mark.parametrize(
    ("transcriber", "code"),
    [
        ("", "no_transcriber"),
        ("no_such_package.engine:transcribe", "transcriber_not_installed"),
        ("faster-whisper", "transcriber_not_installed"),
    ],
)
async def test_work_that_lacks_its_engine_fails_with_what_lacks(
    works: Works, transcriber: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    works.folder.sound(seconds=1.0, loud=lambda _at: False)
    works.folder.end(1.0)
    await works.ready()

    async def tell(_fraction: float) -> None:
        pass

    bench = replace(works.bench, options=chosen(transcriber))
    with pytest.raises(NoTranscriber) as failed:
        await write_down(bench, works.id, material.read(works.folder.path), tell)
    assert failed.value.code == code
