"""A class that was recorded, so that the pages of recordings have something to show."""

from __future__ import annotations

from playwright.async_api import BrowserContext

_CALL = """async ([method, path, body]) => {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(path + " " + answer.status);
  return answer.json();
}"""
# ms; of this much something can be seen.
_LENGTH = 20_000


async def of_a_class(context: BrowserContext, url: str) -> dict[str, str]:
    """Held by somebody alone, with words in the chat and two chapters."""
    page = await context.new_page()
    await page.goto(f"{url}/rooms")

    async def call(method: str, path: str, body: object = None) -> dict[str, str]:
        made: dict[str, str] = await page.evaluate(_CALL, [method, path, body])
        return made

    room = await call("POST", "/api/v1/rooms", {"title": "Quadratic inequalities"})
    await page.goto(f"{url}/room/{room['id']}")
    await page.get_by_role("button", name="Join class").click()
    await page.locator(".stage").wait_for()
    recording = await call("POST", "/api/v1/recordings", {"room_id": room["id"]})
    await page.keyboard.press("c")
    for text in ("Is 3 part of the answer?", "Yes: the sign is ≤, so both ends are closed."):
        await page.wait_for_timeout(_LENGTH / 4)
        await page.locator("#chat-text").fill(text)
        await page.keyboard.press("Enter")
    await page.wait_for_timeout(_LENGTH / 2)
    path = f"/api/v1/recordings/{recording['id']}"
    await call("POST", f"{path}/stop")
    chapters = [{"at": 0, "title": "Warm-up"}, {"at": 8, "title": "The graph method"}]
    await call("PUT", f"{path}/chapters", {"chapters": chapters})
    while (await call("GET", path))["state"] != "ready":
        await page.wait_for_timeout(200)
    await page.close()
    return {"recording": recording["id"]}
