"""What stands on the pages of which pictures are made: done by hand, as people would do it."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page

# As a school would send it: somebody new, somebody changed, and a slip.
_LIST = (
    "email,name,roles\n"
    "kwame@linden.example,Kwame Boateng,student\n"
    'mei.ling@linden.example,Mei-Ling Chou,"student, advanced"\n'
    "student@demo.test,Samira Duarte,student\n"
    "lars@linden,Lars Nyström,teacher\n"
)


async def of_a_student(context: BrowserContext, url: str) -> None:
    """A file of what is held, and the wish to be forgotten."""
    page = await context.new_page()
    await page.goto(f"{url}/profile?tab=data")
    await page.locator('form[action="/profile/takeout"] button').click()
    await page.get_by_role("button", name="Ask to be erased").click()
    await page.get_by_role("dialog").get_by_role("button", name="Ask to be erased").click()
    await page.wait_for_load_state()


async def of_an_admin(context: BrowserContext, url: str) -> dict[str, str]:
    """A webhook, an invitation and a list; the paths of what was made."""
    page = await context.new_page()
    made = {"webhook": await _webhook(page, url)}
    await page.goto(f"{url}/admin/people")
    form = page.locator("form#invite")
    await form.get_by_label("Email").fill("aiko@linden.example")
    await form.locator("[type=submit]").click()
    person = page.get_by_role("link", name="aiko")
    made["person"] = str(await person.get_attribute("href"))
    made["import"] = await _import(page, url)
    return made


async def _webhook(page: Page, url: str) -> str:
    await page.goto(f"{url}/admin/webhooks")
    await page.get_by_label("Address", exact=True).fill("https://register.linden.example/vtp")
    await page.get_by_label("What it is for").fill("The register of the school")
    await page.locator('input[name^="event:"]').first.check()
    await page.locator('form[action="/admin/webhooks"] button').click()
    await page.get_by_role("button", name="Send a test").click()
    return await page.evaluate("location.pathname") or ""


async def _import(page: Page, url: str) -> str:
    await page.goto(f"{url}/admin/people/import")
    await page.locator("input[type=file]").set_input_files(
        {"name": "class.csv", "mimeType": "text/csv", "buffer": _LIST.encode()}
    )
    await page.locator('form[action="/admin/people/import"] button').click()
    for _ in range(60):  # the work process compares it
        if await page.locator("table").count():
            break
        await page.wait_for_timeout(500)
        await page.reload()
    return await page.evaluate("location.pathname") or ""
