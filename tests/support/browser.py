"""Real Chromium: contexts with a theme and a width, pages that tell what went wrong in them."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    async_playwright,
    expect,
)

from tests.support.application import Application, Person

_ROOT = Path(__file__).parents[2]
_AXE = _ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_WANTED = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--mute-audio",
    "--no-first-run",
)
# ms, for anything one waits for on a page: costs nothing where it comes, and a busy machine is slow.
_TIMEOUT = 60_000.0
expect.set_options(timeout=_TIMEOUT)

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


def chromium() -> str | None:
    return next((path for name in _WANTED if (path := shutil.which(name))), None)


@asynccontextmanager
async def a_browser(executable: str, *options: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=[*_OPTIONS, *options], timeout=60_000
        )
        yield browser
        await browser.close()


@dataclass
class Window:
    """One person at one device."""

    context: BrowserContext
    page: Page
    url: str
    # What the browser complained about: script errors, refused files, broken policies.
    complaints: list[str] = field(default_factory=list)
    _expected: list[tuple[str, ...]] = field(default_factory=list)

    async def open(self, path: str) -> Page:
        await self.page.goto(self.url + path)
        await self.alive()
        return self.page

    async def alive(self) -> None:
        """The script runs, every island works, and what loads by itself is there."""
        await self.page.wait_for_selector("html[data-alive]")
        await expect(self.page.locator("[data-island]:not([data-mounted])")).to_have_count(0)
        await expect(self.page.locator("[data-island] .skeleton")).to_have_count(0)

    @asynccontextmanager
    async def slow_line(self, scripts: str = "") -> AsyncIterator[None]:
        """Inside, scripts with this in their names do not arrive; afterwards the page comes alive."""
        arrives = asyncio.Event()

        async def hold(route: Route) -> None:
            await arrives.wait()
            await route.continue_()

        held = re.compile(rf"/static/.*{scripts}[^/]*\.js$")
        await self.page.route(held, hold)
        try:
            yield
        finally:
            arrives.set()
        await self.alive()
        await self.page.unroute(held, hold)

    async def violations(self, *, leave_out: str = "") -> list[str]:
        """What axe-core finds wrong, WCAG 2.2 AA and best practice."""
        # What is still appearing has other colours.
        await self.page.evaluate(
            """() => Promise.all(document.getAnimations()
                .filter(a => a.effect.getComputedTiming().iterations !== Infinity)
                .map(a => a.finished.catch(() => null)))"""
        )
        # Through the debugger, so that the page's own policy stays as strict as it is.
        await self.page.evaluate(_AXE.read_text("utf-8"))
        scope = {"exclude": [[leave_out]]} if leave_out else {}
        found: dict[str, Any] = await self.page.evaluate(
            "scope => axe.run({include: [['html']], ...scope}, {resultTypes: ['violations']})",
            scope,
        )
        return [
            f"{rule['id']}: {node['html'][:160]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    async def missing_icons(self) -> list[str]:
        """The icons that the page names and the sprite does not have."""
        missing: list[str] = await self.page.evaluate(
            """async () => {
                const uses = [...document.querySelectorAll('svg.icon use')];
                const sprite = await (await fetch(document.documentElement.dataset.icons)).text();
                return uses.map(use => use.getAttribute('href').split('#')[1])
                    .filter(name => !sprite.includes(`id="${name}"`));
            }"""
        )
        return missing

    async def sticks_out(self) -> int:
        """By how many pixels the page is wider than its window."""
        width: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return width

    def expect(self, *words: str) -> None:
        """A complaint with all these words is what the test is about."""
        self._expected.append(words)

    @property
    def unexpected(self) -> list[str]:
        return [
            complaint
            for complaint in self.complaints
            if not any(all(w in complaint for w in words) for words in self._expected)
        ]


@dataclass
class Windows:
    browser: Browser
    app: Application
    opened: list[Window] = field(default_factory=list)

    async def new(self, person: Person | None = None, **options: Any) -> Window:
        """`options` are those of a browser context: viewport, color_scheme, java_script_enabled…"""
        phone = options.get("viewport") == PHONE
        context = await self.browser.new_context(
            **({"viewport": DESK, "locale": "en-GB", "timezone_id": "Europe/Lisbon"} | options),
            has_touch=phone,
            is_mobile=phone,
        )
        context.set_default_timeout(_TIMEOUT)
        if person is not None:
            name = self.app.by_cookie
            await context.add_cookies([{"name": name, "value": person.cookie, "url": self.app.url}])
        window = Window(context, await context.new_page(), self.app.url)
        _listen(window)
        self.opened.append(window)
        return window


def _listen(window: Window) -> None:
    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            window.complaints.append(f"{window.page.url}: {message.text}")

    window.page.on("console", said)
    window.page.on("pageerror", lambda error: window.complaints.append(str(error)))


async def picture(page: Page, name: str, *, whole: bool = True) -> None:
    """For who wants to look: `VTP_PICTURES` names a folder."""
    if not (folder := os.environ.get("VTP_PICTURES", "")):
        return
    for theme in ("light", "dark"):
        await page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        # Colours fade.
        await page.wait_for_timeout(300)
        await page.screenshot(path=Path(folder) / f"{name}-{theme}.png", full_page=whole)
