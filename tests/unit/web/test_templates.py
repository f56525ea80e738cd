"""Every template, with what the server gives it."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from vtp import settings
from vtp.actor import Actor
from vtp.edge.assets import Assets
from vtp.edge.html import Pages
from vtp.edge.texts import Texts
from vtp.ids import MailId, NoticeId, uuid7
from vtp.mail.envelope import Rendered
from vtp.mail.letters import moment
from vtp.mail.model import Bounce, Mail, Recipient, State
from vtp.notices.model import Shown

HOSTILE = """<script>alert("x")</script>' onload=x {{ 7 * 7 }}"""
USER = {
    "id": "018f3f4e-7c1a-7000-8000-0000000000a4",
    "name": "Ines Carvalho",
    "email": "ines@school.test",
    "roles": ["admin", "instructor"],
    "time_zone": "Europe/Lisbon",
    "language": "en",
    "theme": "auto",
    "picture_url": None,
    "verified": False,
    "unread": 3,
    "asked_to_verify": True,
    "mail_arrives": True,
    "mailbox": True,
}
NAV = [
    {
        "href": f"/{n}",
        "label": f"Place {n}",
        "icon": "house",
        "current": n == 0,
        "office": n == 6,
    }
    for n in range(7)
]
PROBLEM = {"status": 404, "code": "x", "title": "Nothing", "detail": "Old.", "request_id": "r1"}
FORM: dict[str, Any] = {
    "providers": [],
    "passkeys": True,
    "values": {},
    "errors": {},
    "password_min": 8,
    "user": None,
    "nav": [],
}
BORN = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
WAYS_IN = {"password": True, "elsewhere": True}
PROFILE = {
    "own": WAYS_IN,
    "done": "",
    "bounce": Bounce(address="a@b.test", reason=HOSTILE, bounced_at=BORN),
}
LINK = {"address": HOSTILE, "token": HOSTILE, "why": HOSTILE}
NOTICE = Shown(
    id=NoticeId(uuid7()),
    kind="accounts.signed_in",
    text=HOSTILE,
    icon="monitor",
    link="/profile",
    created_at=BORN,
    read=False,
)
MAIL = Mail(
    id=MailId(uuid7()),
    to=Recipient(address="ines@school.test"),
    topic="mail.test",
    values={},
    path="",
    sealed=None,
    state=State.UNCERTAIN,
    attempts=1,
    error=HOSTILE,
    created_at=BORN,
    not_after=BORN,
    ended_at=BORN,
)
LETTER = Rendered(subject=HOSTILE, text=f"http://school.test/reset {HOSTILE}", html=HOSTILE)
MAILS = {
    "items": [(MAIL, HOSTILE)],
    "next": "x",
    "state": "",
    "counts": [("uncertain", 1)],
    "bounces": [PROFILE["bounce"]],
    "configured": True,
    "arrives": True,
    "done": "test",
    "moment": moment,
}
WRONG = {"": "No.", "email": "That is taken.", "password": "Too short."}
MOMENT = {"part": "evening", "date": "Thursday 12 March", "time": "17:42"}
SYSTEM = {"state": "degraded", "parts": [{"name": "work", "state": "failed", "detail": ""}]}
HOME = {"moment": MOMENT, "keys_count": 1, "sessions_count": 2}

ROOM = {"title": "Algebra, group B", "path": "/room/r1", "host": True, "people": 2}
ROOMS: dict[str, Any] = {"values": {}, "errors": {}}
CLASS = {
    "owner": "Ines Carvalho",
    "veiled": False,
    "guest": None,
    "room": {"id": "r1", "title": "Algebra"},
    "publish": ["microphone"],
    "present": "[]",
}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("sign in", "login.html", FORM | {"registration_open": True}),
    ("sign in, wrong", "login.html", FORM | {"registration_open": False, "errors": WRONG}),
    ("register", "register.html", FORM),
    ("register, wrong", "register.html", FORM | {"errors": WRONG}),
    ("set up", "setup.html", FORM | {"token": "abc"}),
    ("set up, ended", "setup.html", FORM | {"token": None}),
    ("forgotten", "forgotten.html", FORM | {"possible": True}),
    ("forgotten, without mail", "forgotten.html", FORM | {"possible": False}),
    ("asked", "asked.html", FORM | {"address": HOSTILE}),
    ("reset", "reset.html", FORM | {"token": "abc"}),
    ("reset, ended", "reset.html", FORM | {"token": None}),
    *(
        (
            f"link, {purpose} {state}",
            "link.html",
            FORM | LINK | {"purpose": purpose, "state": state},
        )
        for purpose in ("verify", "change", "undo")
        for state in ("ask", "done", "failed")
        if (purpose, state) != ("undo", "done")
    ),
    ("notices", "notices.html", {"items": [NOTICE], "next": "x", "moment": moment}),
    ("notices, none", "notices.html", {"items": [], "next": None, "moment": moment}),
    ("mail", "admin/mail.html", MAILS),
    ("mail, none", "admin/mail.html", MAILS | {"items": [], "bounces": [], "counts": []}),
    (
        "mailbox",
        "dev/mail.html",
        {"items": [(MAIL, HOSTILE)], "opened": (MAIL, LETTER), "moment": moment},
    ),
    ("mailbox, none", "dev/mail.html", {"items": [], "opened": None, "moment": moment}),
    ("home", "home.html", HOME | {"system": None, "jobs": None}),
    ("home of an admin", "home.html", HOME | {"system": SYSTEM, "jobs": Counter()}),
    *(
        (f"profile, {tab}", "profile.html", PROFILE | {"tab": tab, "scopes": ["users:read"]})
        for tab in ("profile", "sign-in", "sessions", "notices", "keys")
    ),
    (
        "rooms",
        "rooms.html",
        ROOMS | {"rooms": [ROOM], "may_make": True, "older": "/rooms?before=x"},
    ),
    ("rooms, none", "rooms.html", ROOMS | {"rooms": [], "may_make": False, "older": None}),
    ("a class", "room.html", CLASS | {"host": False}),
    ("a class of one's own", "room.html", CLASS | {"host": True}),
    (
        "a class as a guest",
        "room.html",
        CLASS | {"host": False, "user": None, "guest": {"token": "t" * 43, "name": "Ada"}},
    ),
    ("jobs", "admin/jobs.html", {"kinds": ["accounts.picture"]}),
    ("kit", "admin/kit.html", {}),
    ("error", "error.html", {"problem": PROBLEM}),
    ("error, signed out", "error.html", {"problem": PROBLEM, "user": None, "nav": []}),
    ("swagger", "docs/swagger.html", {"user": None, "nav": []}),
    ("redoc", "docs/redoc.html", {}),
]


async def _nobody(actor: Actor) -> None:
    return None


def _no_menu(actor: Actor, path: str) -> list[dict[str, Any]]:
    return []


@pytest.fixture(scope="module")
def pages() -> Pages:
    school = settings.School(name="Linden & Sons", motto="")
    return Pages(school=school, assets=Assets(), texts=Texts(), viewer=_nobody, navigation=_no_menu)


def rendered(pages: Pages, template: str, **context: Any) -> str:
    always = {"user": USER, "nav": NAV, "path": "/x", "theme": "auto"}
    return pages._jinja.get_template(template).render(always | context)


class Markup(HTMLParser):
    """What a test wants to know of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def of(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


every_page = pytest.mark.parametrize(
    ("template", "context"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)


@every_page
def test_a_page_needs_no_inline_script_and_no_inline_style(
    pages: Pages, template: str, context: dict[str, Any]
) -> None:
    page = Markup(rendered(pages, template, **context))
    assert [a for a in page.of("script") if not a.get("src", "").startswith("/static/")] == []
    assert page.of("style") == []
    inline = [a for _, a in page.elements if any(n == "style" or n.startswith("on") for n in a)]
    assert inline == []


@every_page
def test_a_page_says_its_language_and_has_a_title_one_heading_and_one_main_part(
    pages: Pages, template: str, context: dict[str, Any]
) -> None:
    html = rendered(pages, template, **context)
    page = Markup(html)
    assert page.of("html")[0]["lang"] == "en"
    assert re.search(r"<title>\s*[^<\s][^<]* · Linden &amp; Sons</title>", html)
    assert len(page.of("h1")) == 1
    # Swagger UI draws a main part of its own.
    assert len(page.of("main")) == (0 if template == "docs/swagger.html" else 1)
    assert [tag for tag, a in page.elements if a.get("id") == "content"] != []


@every_page
def test_no_two_elements_of_a_page_share_an_id(
    pages: Pages, template: str, context: dict[str, Any]
) -> None:
    page = Markup(rendered(pages, template, **context))
    counted = Counter(a["id"] for _, a in page.elements if "id" in a)
    assert [name for name, count in counted.items() if count > 1] == []


@every_page
def test_what_a_control_refers_to_is_there(
    pages: Pages, template: str, context: dict[str, Any]
) -> None:
    page = Markup(rendered(pages, template, **context))
    ids = {a["id"] for _, a in page.elements if "id" in a}
    names = ("for", "aria-controls", "aria-describedby", "aria-labelledby", "popovertarget")
    wanted = {
        i for _, a in page.elements for n in (*names, "data-opens") for i in a.get(n, "").split()
    }
    assert wanted - ids == set()


@every_page
def test_every_control_has_a_name(pages: Pages, template: str, context: dict[str, Any]) -> None:
    page = Markup(rendered(pages, template, **context))
    labelled = {a["for"] for a in page.of("label") if "for" in a}
    for tag, attributes in page.elements:
        if tag not in {"input", "select", "textarea"} or attributes.get("type") == "hidden":
            continue
        inside_a_label = attributes.get("type") in {"checkbox", "radio"}
        assert inside_a_label or attributes.get("id") in labelled, attributes


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_the_theme_is_in_the_first_byte_that_is_drawn(pages: Pages, theme: str) -> None:
    html = rendered(pages, "admin/kit.html", theme=theme)
    assert Markup(html).of("html")[0]["data-theme"] == theme


@every_page
def test_what_people_typed_is_text(pages: Pages, template: str, context: dict[str, Any]) -> None:
    hostile = context | {
        "user": USER | {"name": HOSTILE, "email": HOSTILE, "picture_url": HOSTILE},
        "values": {"email": HOSTILE, "name": HOSTILE, "next": HOSTILE},
        "problem": PROBLEM | {"title": HOSTILE, "detail": HOSTILE},
    }
    page = Markup(rendered(pages, template, **hostile))
    assert [a for a in page.of("script") if "src" not in a] == []
    assert [a for _, a in page.elements if "onload" in a] == []


def test_the_bottom_bar_holds_five_places_and_the_menu_the_rest(pages: Pages) -> None:
    html = rendered(pages, "admin/kit.html")
    below = html.split('class="bottombar"')[1].split("</nav>")[0]
    assert [f"Place {n}" in below for n in range(7)] == [True] * 5 + [False] * 2
    menu = html.split('id="account-menu"')[1].split("<dialog")[0].split("</header>")[0]
    assert [f"Place {n}" in menu for n in range(7)] == [False] * 5 + [True] * 2


def test_one_place_alone_needs_no_bottom_bar(pages: Pages) -> None:
    assert "bottombar" not in rendered(pages, "admin/kit.html", nav=NAV[:1])


@pytest.mark.parametrize(
    ("name", "initials"), [("Ines Carvalho", "IC"), ("Mei-Ling", "M"), ("Ana Maria Souza", "AS")]
)
def test_without_a_picture_there_are_initials_on_the_colour_of_the_id(
    pages: Pages, name: str, initials: str
) -> None:
    html = rendered(pages, "error.html", user=USER | {"name": name}, problem=PROBLEM)
    pair = 0x00A4 % 7 + 1
    assert f'<span class="avatar avatar-{pair}" aria-hidden="true">{initials}</span>' in html


def test_a_wrong_field_says_so_to_everybody(pages: Pages) -> None:
    context = FORM | {"errors": {"email": "That is taken."}, "values": {"email": "a@b"}}
    html = rendered(pages, "register.html", **context)
    field = next(a for a in Markup(html).of("input") if a.get("name") == "email")
    assert field["aria-invalid"] == "true"
    assert field["value"] == "a@b"
    assert field["aria-describedby"] == "field-email-error"
    assert "That is taken." in html.split('id="field-email-error"')[1].split("</p>")[0]


def test_passwords_are_offered_to_the_managers_of_passwords(pages: Pages) -> None:
    def hint(template: str, **context: Any) -> list[str]:
        found = Markup(rendered(pages, template, **context)).of("input")
        return [a.get("autocomplete", "") for a in found if a.get("type") in {"email", "password"}]

    assert hint("login.html", **FORM, registration_open=True) == ["username", "current-password"]
    assert hint("register.html", **FORM) == ["email", "new-password"]
    assert hint("profile.html", tab="sign-in", **PROFILE) == [
        "current-password",
        "new-password",
        "email",
    ]


async def test_a_long_matrix_has_a_cell_for_each_mark_and_lets_others_run(pages: Pages) -> None:
    row = {"id": str(uuid7()), "name": HOSTILE, "at_risk": False, "so_far": "", "reachable": ""}
    mark = {"key": "late", "name": "Late", "letter": "L"}
    matrix = {
        "title": "Algebra",
        "course_path": "/courses/1",
        "held": [{"path": "/x", "title": "One", "weekday": "Mon", "day": "1 Mar"}] * 60,
        "coming": 0,
        "average": "",
        "rows": [row | {"letters": "l" * 30 + "-" * 30}] * 100,
        "letters": {ord("l"): mark, ord("-"): None},
        "risks": [],
        "rule": "",
        "marks": [mark],
    }
    context = {"matrix": matrix, "chances": [], "staff": True, "report": None}
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(others())
        always = {"user": USER, "nav": NAV, "path": "/x", "theme": "auto"}
        html = await pages.drawn("attendance.html", **always, **context)
        waiting.cancel()
    assert html == rendered(pages, "attendance.html", **context)
    cells = Counter(one["class"] for one in Markup(html).of("span") if "role" in one)
    assert cells == {"cell cell-late": 3000, "cell cell-not": 3000}
    assert turns > 1
    assert HOSTILE not in html
