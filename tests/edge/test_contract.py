"""The API does what its description says: no 5xx, no answer that is not in it, whatever is sent."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.support.application import Application, an_application, some_settings
from vtp import settings
from vtp.actor import Role
from vtp.app import declared
from vtp.edge import openapi

# What ends the credential that the run itself uses, or its pace.
_LEFT_OUT = (
    "/api/v1/auth/logout",
    "/api/v1/auth/password",
    "/api/v1/auth/sessions",
    "/api/v1/auth/sessions/{id}",
)
# Its bodies are bytes of a file by tus, which no schema describes; its own tests send them.
_BYTES = ("/api/v1/uploads/{id}",)
# What is tried on each change: one example of each operation. The corners of every field, and one
# operation after another, are for the slow tests.
_SOON = ("--phases=fuzzing", "--max-examples=1")
# A schema cannot say which time zones exist, or which address has an account already.
_BEYOND_A_SCHEMA = "positive_data_acceptance"


@pytest.fixture
async def application(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as running:
        yield running


async def schemathesis(application: Application, headers: dict[str, str], *more: str) -> None:
    """Run it over the whole description; fail with what it said when it found something."""
    argv = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{application.url}/api/openapi.json",
        "--checks=all",
        f"--exclude-checks={_BEYOND_A_SCHEMA}",
        "--no-color",
        "--generation-deterministic",
        *(f"--exclude-path={path}" for path in (*_LEFT_OUT, *_BYTES)),
        *(word for name, value in headers.items() for word in ("--header", f"{name}: {value}")),
        *more,
    ]
    process = await asyncio.create_subprocess_exec(
        *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode:
        pytest.fail(said.decode(), pytrace=False)


async def test_it_holds_for_a_student(application: Application) -> None:
    student = await application.person()
    await schemathesis(application, student.bearer, *_SOON)


async def test_it_holds_for_nobody(application: Application) -> None:
    await schemathesis(application, {}, *_SOON)


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.STUDENT, Role.INSTRUCTOR, None], ids=str)
async def test_it_holds_in_every_corner(application: Application, role: Role | None) -> None:
    person = await application.person(role) if role else None
    await schemathesis(application, person.bearer if person else {}, "--max-examples=4")


@pytest.mark.fuzz
@pytest.mark.timeout(3600)
async def test_it_holds_for_an_administrator_at_length(application: Application) -> None:
    admin = await application.person(Role.ADMIN)
    await schemathesis(application, admin.bearer, "--max-examples=500")


def test_every_example_is_what_its_struct_takes() -> None:
    routes = [route for route in declared.routes() if route.is_api and route.described]
    document = openapi.describe(routes)
    for route in routes:
        if route.signature.body is not None:
            operation = document["paths"][route.path][route.method.lower()]
            shown = operation["requestBody"]["content"]["application/json"]["example"]
            msgspec.convert(shown, route.signature.body)


def test_every_route_says_what_it_does() -> None:
    for route in declared.all_routes():
        assert (route.handler.__doc__ or "").strip(), route.path
