"""A client of tus 1.0.0, written from the protocol: every header by hand."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from tests.support.application import Application, Person

TUS = {"Tus-Resumable": "1.0.0"}
ON = {**TUS, "Content-Type": "application/offset+octet-stream"}


def told(**values: str) -> str:
    return ",".join(f"{n} {base64.b64encode(v.encode()).decode()}" for n, v in values.items())


@dataclass
class Answer:
    status: int
    headers: Any
    body: Any


@dataclass
class Tus:
    school: Application
    person: Person

    async def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, data: Any = None
    ) -> Answer:
        async with self.school.http.request(
            method,
            self.school.url + path,
            headers={**self.person.bearer, **(headers or {})},
            data=data,
        ) as answer:
            raw = await answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "") and raw
            return Answer(
                answer.status,
                answer.headers,
                await answer.json(content_type=None) if is_json else raw,
            )

    async def begin(self, size: int, name: str = "lesson.mp4", **more: str) -> str:
        """Where it goes on."""
        made = await self.ask(
            "POST",
            "/api/v1/uploads",
            headers={
                **TUS,
                "Upload-Length": str(size),
                "Upload-Metadata": told(filename=name, **more),
            },
        )
        assert made.status == 201, made.body
        location: str = made.headers["Location"]
        return location

    async def send(self, path: str, offset: int, data: Any, **headers: str) -> Answer:
        return await self.ask(
            "PATCH", path, headers={**ON, "Upload-Offset": str(offset), **headers}, data=data
        )

    async def offset(self, path: str) -> int:
        return int((await self.ask("HEAD", path, headers=TUS)).headers["Upload-Offset"])

    async def whole(self, data: bytes, name: str = "lesson.mp4", **more: str) -> str:
        """The id of its item."""
        path = await self.begin(len(data), name, **more)
        answer = await self.send(path, 0, data)
        assert answer.status == 204, answer.body
        return path.rpartition("/")[2]
