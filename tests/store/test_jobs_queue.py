"""The fence around pgqueuer: the schema that it wants, under the names that the migration made."""

from __future__ import annotations

import subprocess
import sys

import asyncpg
import pytest

from tests.support.jobs import Say, put, seen, working
from vtp import settings
from vtp.db import Database
from vtp.db.losses import DatabaseAway, OutcomeUnknown
from vtp.errors import Unavailable
from vtp.jobs import queue
from vtp.jobs.listening import Listener
from vtp.jobs.model import State

Options = settings.Database


def patient(db: Database) -> queue.PatientDriver:
    async def nobody() -> None:
        raise AssertionError("it does not listen here")

    return queue.PatientDriver(db, Listener(nobody, [queue.CHANNEL]))


async def test_the_schema_is_what_this_pgqueuer_installs(db: Database) -> None:
    queries = queue.WorkerQueries(patient(db), concurrency=1)
    plan = await queries.plan_upgrade()
    assert list(plan.statements) == []
    assert list(plan.notes) == []


def test_pgqueuer_itself_finds_all_that_it_needs(database_url: str) -> None:
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "pgqueuer",
            "--pg-dsn",
            database_url,
            *["verify", "--expect", "present"],
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_names_come_from_the_migration_whatever_the_environment_says() -> None:
    """pgqueuer reads names as common as CHANNEL and DURABILITY from it."""
    show = "from vtp.jobs.queue import NAMES; print(NAMES.channel, NAMES.queue_table)"
    elsewhere = {
        "CHANNEL": "beta",
        "FUNCTION": "main",
        "QUEUE_TABLE": "other",
        "DURABILITY": "volatile",
        "PGQUEUER_PREFIX": "zz_",
        "PGQUEUER_SCHEMA": "elsewhere",
    }
    found = subprocess.run(
        [sys.executable, "-c", show], env=elsewhere, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["ch_pgqueuer", "pgqueuer"]


async def test_a_worker_is_not_led_astray_by_the_environment(
    db: Database, database_settings: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANNEL", "beta")
    monkeypatch.setenv("DURABILITY", "nonsense")
    async with working(db, database_settings):
        await seen(db, await put(db, Say("x")), State.SUCCEEDED)


class Flaky:
    """Fails so many times, then answers."""

    def __init__(self, error: Exception, times: int) -> None:
        self._error = error
        self.left = times

    async def __call__(self) -> str:
        if self.left:
            self.left -= 1
            raise self._error
        return "at last"


async def test_the_driver_waits_for_a_database_that_is_away_or_busy(db: Database) -> None:
    for trouble in (DatabaseAway(), OutcomeUnknown(), asyncpg.QueryCanceledError()):
        assert await patient(db).surely(Flaky(trouble, 3)) == "at last"


async def test_the_driver_does_not_wait_for_what_will_not_pass(db: Database) -> None:
    work = Flaky(asyncpg.UndefinedTableError(), 3)
    with pytest.raises(asyncpg.UndefinedTableError):
        await patient(db).surely(work)
    assert work.left == 2


async def test_a_driver_that_gave_up_fails_at_once(db: Database) -> None:
    driver, work = patient(db), Flaky(DatabaseAway(), 3)
    driver.give_up()
    with pytest.raises(DatabaseAway):
        await driver.surely(work)
    assert work.left == 2


async def test_a_driver_that_gave_up_calls_a_busy_database_unavailable(db: Database) -> None:
    """Whoever records how a job ended then leaves the job alone, instead of failing."""
    driver = patient(db)
    driver.give_up()
    with pytest.raises(Unavailable):
        await driver.surely(Flaky(asyncpg.LockNotAvailableError(), 3))
