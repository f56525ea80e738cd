"""Pictures of every page, on a phone and on a desk, light and dark, and one sheet of them all.

Starts the program with its demo school on a port of its own, signs in and looks. Everything goes
to screenshots/; `--only home,jobs` takes some pages, `--url` looks at a server that runs already.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, StorageState, async_playwright

from tools import class_shots, course_shots, watch_shots
from tools import furnish as furnish_shots
from vtp import demo

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "screenshots"
WIDTHS = {"desk": 1280, "phone": 390}
HEIGHTS = {"desk": 800, "phone": 844}
THEMES = ("light", "dark")
# Invented cameras and microphones, which nobody has to allow.
_DEVICES = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
# A picture on the sheet is a third of its page.
SCALE = 3


@dataclass(frozen=True, slots=True)
class Shot:
    name: str
    path: str  # {webhook}, {person} and {import} are what was made beforehand
    who: str = ""  # a demo account; nobody is signed in where it is empty
    click: str = ""  # a button to press before the picture


SHOTS = (
    Shot("sign-in", "/login"),
    Shot("register", "/register"),
    Shot("home-student", "/", "student"),
    Shot("home-admin", "/", "admin"),
    Shot("menu", "/", "teacher", click=", menu"),
    Shot("rooms", "/rooms", "teacher"),
    Shot("courses", "/courses", "student"),
    Shot("course-new", "/courses/new", "teacher"),
    Shot("course", "/courses/{course}", "student"),
    Shot("course-item", "/courses/{course}/items/{item}", "student"),
    Shot("course-classes", "/courses/{course}?tab=classes", "teacher"),
    Shot("course-people", "/courses/{course}?tab=people", "teacher"),
    Shot("course-settings", "/courses/{course}?tab=settings", "teacher"),
    Shot("builder", "/courses/{course}/build", "teacher"),
    Shot("attendance", "/attendance", "teacher"),
    Shot("attendance-student", "/attendance", "student"),
    Shot("matrix", "/courses/{course}/attendance", "teacher"),
    Shot("class-register", "/attendance/{lesson}", "teacher"),
    Shot("class-register-student", "/attendance/{lesson}", "student"),
    Shot("rules", "/courses/{course}/attendance/rules", "teacher"),
    Shot("certificate", "/courses/{course}/certificate", "teacher"),
    Shot("course-insights", "/courses/{course}/insights", "teacher"),
    Shot("class-insights", "/insights/{lesson}", "teacher"),
    Shot("calendar", "/dashboard", "student"),
    Shot("venues", "/courses/venues", "teacher"),
    Shot("library", "/library", "teacher"),
    Shot("all-courses", "/admin/courses", "admin"),
    Shot("recordings", "/recordings", "teacher"),
    Shot("watch", "/watch/{recording}", "teacher", click="Play"),
    Shot("profile", "/profile", "teacher"),
    Shot("password", "/profile?tab=sign-in", "teacher"),
    Shot("sessions", "/profile?tab=sessions", "teacher"),
    Shot("keys", "/profile?tab=keys", "teacher"),
    Shot("key-dialog", "/profile?tab=keys", "teacher", click="Create a key"),
    Shot("notice-choices", "/profile?tab=notices", "teacher"),
    Shot("activity", "/profile?tab=activity", "teacher"),
    Shot("your-data", "/profile?tab=data", "student"),
    Shot("notices", "/notices", "student"),
    Shot("forgotten", "/forgotten"),
    Shot("people", "/admin/people", "admin"),
    Shot("person", "{person}", "admin"),
    Shot("import-start", "/admin/people/import", "admin"),
    Shot("import", "{import}", "admin"),
    Shot("erasures", "/admin/erasures", "admin"),
    Shot("settings", "/admin/settings", "admin"),
    Shot("school-insights", "/admin/insights", "admin"),
    Shot("quality", "/admin/insights/quality", "admin"),
    Shot("classes", "/admin/insights/classes", "admin"),
    Shot("plays", "/admin/insights/plays", "admin"),
    Shot("audit", "/admin/audit", "admin"),
    Shot("webhooks", "/admin/webhooks", "admin"),
    Shot("webhook", "{webhook}", "admin"),
    Shot("mail", "/admin/mail", "admin"),
    Shot("mailbox", "/dev/mail", "admin"),
    Shot("jobs", "/admin/jobs", "admin"),
    Shot("job", "/admin/jobs", "admin", click="Make a profile picture"),
    Shot("components", "/admin/kit", "admin"),
    Shot("not-found", "/nothing-here", "student"),
    Shot("not-allowed", "/admin/jobs", "student"),
    Shot("api-swagger", "/api/docs"),
    Shot("api-redoc", "/api/redoc"),
)


@contextmanager
def a_school() -> Iterator[str]:
    """The program with demo data, its own folder and port, until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    folder = Path(tempfile.mkdtemp(prefix="vtp-shots-"))
    env = os.environ | {
        # Classes need people, and nobody waits for their passwords.
        "VTP_LIMITS__REGISTRATIONS_PER_HOUR": "1000",
        "VTP_AUTH__BCRYPT_COST": "4",
        "VTP_DATA": str(folder / "data"),
        "VTP_SERVER__PORT": str(port),
        "VTP_MEDIA__PORT": "0",
        "VTP_SCHOOL__NAME": "Linden Open School",
        "VTP_SCHOOL__MOTTO": "Evening classes for everyone who still wants to learn.",
    }
    command = [sys.executable, "-m", "vtp", "serve", "--demo"]
    with (folder / "log").open("wb") as log:
        program = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        wait_until_ready(port, program, folder / "log")
        yield url
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(port: int, program: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and program.poll() is None:
        if ready(port):
            return
        time.sleep(0.3)
    sys.exit(f"the program did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def ready(port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", "/health/ready")
        return asked.getresponse().status == 200
    except OSError:
        return False
    finally:
        asked.close()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        sys.exit("Chromium is needed for pictures: apt-get install chromium")
    async with async_playwright() as playwright:
        args = ["--no-sandbox", "--disable-background-networking", "--hide-scrollbars", *_DEVICES]
        browser = await playwright.chromium.launch(executable_path=path, args=args)
        yield browser
        await browser.close()


async def signed_in(browser: Browser, url: str, who: str) -> StorageState:
    """What a browser remembers of a demo account that signed in."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{url}/login")
    await page.get_by_label("Email").fill(f"{who}@demo.test")
    await page.get_by_label("Password", exact=True).fill(demo.PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_selector(".hero")
    state = await context.storage_state()
    await context.close()
    return state


async def furnish(browser: Browser, url: str, state: StorageState) -> dict[str, str]:
    """A picture, a key and a built course for the teacher; the ids of what was made."""
    context = await new_context(browser, "desk", "light", state)
    page = await context.new_page()
    stranger = await browser.new_page()
    await stranger.goto(f"{url}/login")
    drawing = await stranger.locator(".board-tile").nth(2).screenshot()
    await stranger.close()
    await page.goto(f"{url}/profile")
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="picture").click()
    await (await chooser.value).set_files(
        {"name": "me.png", "mimeType": "image/png", "buffer": drawing}
    )
    await page.locator(".toast").wait_for(timeout=60_000)
    await page.goto(f"{url}/profile?tab=keys")
    await page.get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill("Timetable import")
    await dialog.get_by_label("users:read", exact=True).check()
    await dialog.get_by_role("button", name="Create", exact=True).click()
    await page.get_by_role("button", name="I have kept it").click()
    made = await course_shots.of_a_teacher(context, url, drawing)
    await context.close()
    return made


async def furnish_school(
    browser: Browser, url: str, states: Mapping[str, StorageState]
) -> dict[str, str]:
    """What administrators look after; the paths of what was made."""
    student = await new_context(browser, "desk", "light", states["student"])
    await furnish_shots.of_a_student(student, url)
    await student.close()
    admin = await new_context(browser, "desk", "light", states["admin"])
    made = await furnish_shots.of_an_admin(admin, url)
    await admin.close()
    teacher = await new_context(browser, "desk", "light", states["teacher"])
    made |= await watch_shots.of_a_class(teacher, url)
    await teacher.close()
    return made


async def new_context(
    browser: Browser, device: str, theme: str, state: StorageState | None
) -> BrowserContext:
    context = await browser.new_context(
        viewport={"width": WIDTHS[device], "height": HEIGHTS[device]},
        color_scheme="dark" if theme == "dark" else "light",
        device_scale_factor=2 if device == "phone" else 1,
        is_mobile=device == "phone",
        has_touch=device == "phone",
        locale="en-GB",
        timezone_id="Europe/Lisbon",
        reduced_motion="reduce",
        storage_state=state,
    )
    context.set_default_timeout(20_000)
    return context


async def take(context: BrowserContext, url: str, shot: Shot, file: Path, device: str) -> None:
    page = await context.new_page()
    await page.goto(url + shot.path)
    await settle(page)
    if shot.click:
        await page.get_by_role("button", name=shot.click).first.click()
        await page.wait_for_timeout(300)
    else:
        # As high as its content: a stretched screenshot would put bottom bars in the middle.
        height = int(await page.evaluate("document.documentElement.scrollHeight"))
        size = {"width": WIDTHS[device], "height": min(max(height, HEIGHTS[device]), 3000)}
        await page.set_viewport_size({"width": size["width"], "height": size["height"]})
        await page.wait_for_timeout(150)
    await page.screenshot(path=file)
    await page.close()


async def settle(page: Page) -> None:
    await page.wait_for_selector("html[data-alive]")
    await page.locator("[data-island] .skeleton").first.wait_for(state="hidden")
    await page.locator("[data-island]:not([data-mounted])").first.wait_for(state="detached")
    if "/api/" in page.url:
        await page.wait_for_selector("#docs-reader :is(.swagger-ui .opblock-tag, .redoc-wrap)")
    await page.evaluate("document.fonts.ready")
    await page.wait_for_timeout(200)


async def photograph(browser: Browser, url: str, shots: list[Shot]) -> None:
    states = {who: await signed_in(browser, url, who) for who in ("admin", "student", "teacher")}
    paths = await furnish(browser, url, states["teacher"])
    paths |= await furnish_school(browser, url, states)
    shots = [replace(shot, path=shot.path.format(**paths)) for shot in shots]
    for device in WIDTHS:
        for theme in THEMES:
            for shot in shots:
                context = await new_context(browser, device, theme, states.get(shot.who))
                await take(context, url, shot, picture(shot.name, device, theme), device)
                await context.close()
        print(f"screenshots: {len(shots)} pages on a {device}", flush=True)


def picture(name: str, device: str, theme: str) -> Path:
    return OUT / f"{name}-{device}-{theme}.png"


async def sheet(browser: Browser, names: list[str], file: str) -> Path:
    """All pictures on one, drawn by the browser."""
    columns = [(device, theme) for device in WIDTHS for theme in THEMES]
    cells = "".join(
        f"<h2>{name}</h2>"
        + "".join(
            f'<img src="{made.name}" width="{WIDTHS[device] // SCALE}">'
            for device, theme in columns
            if (made := picture(name, device, theme)).exists()
        )
        for name in names
    )
    tracks = " ".join(f"{WIDTHS[device] // SCALE}px" for device, _ in columns)
    style = (
        "body{margin:16px;background:#8a918c;font:600 14px sans-serif;display:grid;gap:10px;"
        f"align-items:start;grid-template-columns:{tracks}}}"
        "h2{grid-column:1/-1;margin:14px 0 0;font-size:14px}img{border-radius:4px}"
    )
    source = OUT / "sheet.html"
    source.write_text(f"<!doctype html><style>{style}</style>{cells}", "utf-8")
    width = sum(WIDTHS[device] // SCALE + 10 for device, _ in columns) + 32
    page = await browser.new_page(viewport={"width": width, "height": 800})
    await page.goto(source.as_uri())
    target = OUT / file
    await page.screenshot(path=target, full_page=True)
    await page.close()
    source.unlink()
    return target


async def look(url: str, shots: list[Shot]) -> Path:
    OUT.mkdir(exist_ok=True)
    async with chromium() as browser:
        await photograph(browser, url, shots)
        return await sheet(browser, [shot.name for shot in shots], "contact-sheet.png")


async def look_at_classes(url: str, scenes: list[class_shots.Scene]) -> Path:
    OUT.mkdir(exist_ok=True)
    async with chromium() as browser:
        states = {who: await signed_in(browser, url, who) for who in ("teacher", "student")}

        def window(device: str, theme: str) -> Callable[[str], Awaitable[BrowserContext]]:
            return lambda who: new_context(browser, device, theme, states[who])

        views = {(device, theme): window(device, theme) for device in WIDTHS for theme in THEMES}
        await class_shots.photograph(browser, url, views, picture, scenes)
        return await sheet(browser, [scene.name for scene in scenes], "class-sheet.png")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="names of pages, separated by commas")
    parser.add_argument("--url", default="", help="a server with demo accounts that runs already")
    parser.add_argument("--class", action="store_true", dest="classes", help="of classes alone")
    options = parser.parse_args()
    names = set(filter(None, options.only.split(",")))
    if options.classes:
        scenes = [one for one in class_shots.SCENES if not names or one.name in names]
        with a_school() as url:
            print(asyncio.run(look_at_classes(url, scenes)))
        return 0
    shots = [shot for shot in SHOTS if not names or shot.name in names]
    if not shots:
        sys.exit(f"There is no such page. There are: {', '.join(s.name for s in SHOTS)}")
    if options.url:
        print(asyncio.run(look(options.url.rstrip("/"), shots)))
        return 0
    with a_school() as url:
        print(asyncio.run(look(url, shots)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
