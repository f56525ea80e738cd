"""Many people in a class at once, all in one page of Chromium: with faces, hands and a slide.

What web/test/crowd.ts does, for browser tests and for pictures of the class.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from playwright.async_api import BrowserContext, Page

_WEB = Path(__file__).resolve().parent.parent / "web"
_BUNDLE = """
process.stdout.write(require("esbuild").buildSync({
    entryPoints: ["test/crowd.ts"], bundle: true, format: "iife", write: false,
}).outputFiles[0].text)
"""


@dataclass(frozen=True, slots=True)
class Extra:
    """Somebody in a class who is not looked at, only seen."""

    token: str
    room: str
    face: int | None = None
    speaks: bool = False
    hand: bool = False
    shares: bool = False
    width: int = 320
    height: int = 180


@cache
def script() -> str:
    command = ["node", "-e", _BUNDLE]
    made = subprocess.run(command, cwd=_WEB, check=True, timeout=60, stdout=subprocess.PIPE)
    return made.stdout.decode()


async def a_crowd(context: BrowserContext, url: str, extras: Sequence[Extra]) -> Page:
    """They are in when this returns, and go when the page is closed."""
    page = await context.new_page()
    # Any page of ours will do: what it may connect to is what counts.
    await page.goto(f"{url}/login")
    await page.evaluate(script())
    said = [
        {name: value for name, value in asdict(one).items() if value is not None} for one in extras
    ]
    await page.evaluate("extras => crowd(extras)", said)
    return page
