"""People without an account, as a browser brings them into one room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.application import Application, Person

COOKIE = "vtp-guest"


@dataclass
class GuestSeen:
    id: str
    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.cookie}"}


async def open_to_guests(app: Application, host: Person, **wish: Any) -> tuple[str, str]:
    """A room and the secret part of its link."""
    body = {"title": "Algebra", "access": "members", **wish}
    _, room = await app.call("POST", "/api/v1/rooms", headers=host.bearer, json=body)
    path = f"/api/v1/rooms/{room['id']}/guest-link"
    _, opened = await app.call("POST", path, headers=host.bearer)
    return room["id"], str(opened["guest_path"]).removeprefix("/join/")


async def follow(app: Application, link: str, name: str = "Siobhán Kelly") -> GuestSeen:
    url = f"{app.url}/api/v1/rooms/by-link/{link}/guests"
    async with app.http.post(url, json={"name": name}) as answer:
        assert answer.status == 201, await answer.text()
        made = await answer.json()
        return GuestSeen(made["guest_id"], answer.cookies[COOKIE].value)
