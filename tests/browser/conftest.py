"""Real Chromium in front of the whole application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.application import Application, an_application, some_settings
from tests.support.browser import Windows, a_browser, chromium
from tests.support.room_page import Class, a_class
from vtp import settings
from vtp.actor import Role


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as made:
        yield made


@pytest.fixture
def browser_options() -> tuple[str, ...]:
    """What Chromium is told beside; a file whose people have cameras says so here."""
    return ()


@pytest.fixture
async def windows(app: Application, browser_options: tuple[str, ...]) -> AsyncIterator[Windows]:
    """Windows of people; at the end no page may have complained."""
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with a_browser(executable, *browser_options) as browser:
        made = Windows(browser, app)
        yield made
        assert [c for window in made.opened for c in window.unexpected] == []


@pytest.fixture
async def room(app: Application, windows: Windows) -> Class:
    """One that is hosted by Ines, and empty."""
    host = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    return await a_class(app, windows, host)
