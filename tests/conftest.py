"""What every suite may ask for. Suites are told apart by folder; a folder is a marker."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support.postgres import TestCluster, cluster
from tests.support.realtime import give_up_realtime
from vtp import settings
from vtp.clock import SetClock
from vtp.db import Database, open_database

_ROOT = Path(__file__).parent
# Generated inputs are not judged by the clock: the machine may be busy with something else.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")
# Before anything is encoded in this process.
give_up_realtime()
_SUITES = ("unit", "store", "edge", "media", "browser", "law", "start")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(_ROOT).parts[0]
        if folder in _SUITES:
            item.add_marker(getattr(pytest.mark, folder))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where no skip is allowed, a skip is a failure: what was not run has shown nothing."""
    report = yield
    if os.environ.get("VTP_TEST_NO_SKIP") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is not allowed here: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _not_durable() -> Iterator[None]:
    """Nobody pulls the plug on a test; what dies in tests, dies as a process of its own."""
    with pytest.MonkeyPatch.context() as changed:
        for name in ("fsync", "fdatasync"):
            changed.setattr(os, name, lambda _handle: None, raising=False)
        yield


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[TestCluster]:
    """A server of our own, as fast as it can be and not durable."""
    folder = Path(tempfile.mkdtemp(prefix="vtp-test-"))
    try:
        with cluster(folder) as made:
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def database_url(postgres_cluster: TestCluster) -> AsyncIterator[str]:
    """A migrated database with nothing in it; one that many tests use, one after the other."""
    name = await postgres_cluster.lend()
    yield postgres_cluster.of(name)
    postgres_cluster.take_back(name)


@pytest.fixture
def database_settings(database_url: str) -> settings.Database:
    return settings.Database(url=database_url, min_connections=1, max_connections=5, retry_for=2.0)


@pytest.fixture
async def db(database_settings: settings.Database) -> AsyncIterator[Database]:
    async with open_database(database_settings) as database:
        yield database


@pytest.fixture
def clock() -> SetClock:
    return SetClock()
