"""A course with something in its chapters, so that its pages and the builder have it to show."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import BrowserContext, Page

_NOW = datetime.now(UTC)
_LATELY = _NOW - timedelta(days=14)
_CALL = """async ([method, path, body]) => {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(path + " " + answer.status);
  return answer.json();
}"""
_TEXT = (
    "## Before the class\n\nA parabola *opens upwards* where the number before x² is positive.\n\n"
    "- Draw y = x² - 4x + 3.\n- Where does it cross the axis?\n- Where is it lowest?\n"
)
_CHAPTERS = {
    "Reading a parabola": ("Warm-up: what a parabola tells", "Sketching by hand", "Exercises"),
    "Inequalities": ("Signs and intervals", "The graph method"),
}


async def of_a_teacher(context: BrowserContext, url: str, drawing: bytes) -> dict[str, str]:
    """The newest course of the demo: built, with a picture of the library, and published."""
    page = await context.new_page()
    await page.goto(f"{url}/library")
    await page.locator("input[type=file]").first.set_input_files(
        {"name": "Plot of a parabola.png", "mimeType": "image/png", "buffer": drawing}
    )
    await page.locator(".media-picture img").first.wait_for(timeout=60_000)
    media = (await _call(page, "GET", "/api/v1/media?limit=1"))["items"][0]
    listed = await _call(page, "GET", "/api/v1/courses?scope=mine&limit=50")
    course = next(one["id"] for one in listed["items"] if one["title"] == "Algebra II")
    path = f"/api/v1/courses/{course}"
    steps, first = _steps(media["id"])
    op = {"op_id": str(uuid.uuid4()), "base": 0, "client": "shots", "steps": steps}
    await _call(page, "POST", f"{path}/outline/ops", op)
    await _call(page, "POST", f"{path}/outline/publish")
    held = f"{path}/sessions?since={_LATELY:%Y-%m-%dT%H:%M:%SZ}&until={_NOW:%Y-%m-%dT%H:%M:%SZ}"
    lesson = (await _call(page, "GET", held))["items"][0]["id"]
    await page.close()
    return {"course": course, "item": first, "lesson": lesson}


async def _call(page: Page, method: str, path: str, body: object = None) -> Any:
    return await page.evaluate(_CALL, [method, path, body])


def _steps(media: str) -> tuple[list[dict[str, Any]], str]:
    steps: list[dict[str, Any]] = []
    first = ""
    for title, pages in _CHAPTERS.items():
        chapter = str(uuid.uuid4())
        steps.append({"do": "add", "id": chapter, "kind": "chapter", "title": title, "last": True})
        for name in pages:
            made = str(uuid.uuid4())
            first = first or made
            about = {"kind": "page", "title": name, "parent": chapter, "body": _TEXT}
            steps.append({"do": "add", "id": made, "last": True, **about})
        if title == "Inequalities":
            about = {"kind": "media", "title": "Plot", "parent": chapter, "media_id": media}
            steps.append({"do": "add", "id": str(uuid.uuid4()), "last": True, **about})
    return steps, first
