"""What probes are told: at start, while all is well, while a part is away, and at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.support.application import Application, Person, an_application, free_port, some_settings
from tests.support.postgres import TestCluster
from vtp import settings
from vtp.actor import Role
from vtp.app.parts import open_parts
from vtp.app.web import serving
from vtp.clock import SetClock
from vtp.edge.health import HEALTH

_PARTS = {"database", "storage", "limits", "work", "disk"}


@pytest.fixture
async def application(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as running:
        yield running


async def test_it_is_ready_and_tells_this_machine_of_its_parts(application: Application) -> None:
    assert await application.call("GET", "/health/live") == (200, {"status": "ok"})
    assert await application.call("GET", "/health/startup") == (200, {"status": "ok"})
    assert await application.call("GET", "/health/ready") == (200, {"status": "ready"})
    status, whole = await application.call("GET", "/health")
    assert (status, set(whole["components"])) == (200, _PARTS)
    assert whole["status"] == "degraded"  # no work process runs here
    assert whole["components"]["database"]["status"] == "ok"
    assert (
        whole["components"]["work"]["message"] == "No work process runs, so background jobs wait."
    )


async def test_who_comes_through_a_proxy_is_told_no_details(application: Application) -> None:
    through = {"X-Forwarded-For": "198.51.100.7"}
    _, whole = await application.call("GET", "/health", headers=through)
    assert set(whole) == {"status", "timestamp"}
    assert (await application.call("GET", "/metrics", headers=through))[0] == 403


async def key(app: Application, person: Person, scopes: list[str] | None) -> dict[str, str]:
    body = {"name": "monitor", "scopes": scopes}
    status, made = await app.call("POST", "/api/v1/keys", headers=person.bearer, json=body)
    assert status == 201
    return {"X-API-Key": made["key"]}


async def test_administrators_and_the_token_are_told_everything(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    chosen = some_settings(database_settings, tmp_path)
    server = msgspec.structs.replace(chosen.server, metrics_token="scraper")
    chosen = msgspec.structs.replace(chosen, server=server)
    through = {"X-Forwarded-For": "198.51.100.7"}
    async with an_application(chosen) as app:
        admin, student = await app.person(Role.ADMIN), await app.person()
        for headers, allowed in (
            (admin.bearer, True),
            (await key(app, admin, None), True),
            (await key(app, admin, ["jobs:read"]), False),
            (student.bearer, False),
            ({"X-Metrics-Token": "scraper"}, True),
            ({"X-Metrics-Token": "guess"}, False),
        ):
            _, whole = await app.call("GET", "/health", headers=through | headers)
            status, _ = await app.call("GET", "/metrics", headers=through | headers)
            assert ("components" in whole) == allowed
            assert (status == 200) == allowed


async def test_probes_are_answered_under_any_name(application: Application) -> None:
    odd = {"Host": "10.1.2.3:9999"}
    assert (await application.call("GET", "/health/ready", headers=odd))[0] == 200
    assert (await application.call("GET", "/login", headers=odd))[0] == 421


async def test_readiness_says_when_the_database_is_away_and_back(
    postgres_cluster: TestCluster, tmp_path: Path
) -> None:
    name = await postgres_cluster.create()
    clock = SetClock()
    chosen = some_settings(postgres_cluster.options(name), tmp_path)
    async with an_application(chosen, clock=clock) as app:
        assert (await app.call("GET", "/health/ready"))[0] == 200
        await postgres_cluster.close(name)
        clock.advance(2)
        status, said = await app.call("GET", "/health/ready")
        assert (status, said["reason"]) == (503, "database away")
        assert (await app.call("GET", "/health"))[0] == 503
        assert (await app.call("GET", "/health/live"))[0] == 200
        await postgres_cluster.open(name)
        clock.advance(2)
        assert (await app.call("GET", "/health/ready"))[0] == 200
    await postgres_cluster.drop(name)


async def test_before_it_stops_listening_it_says_that_it_is_not_ready(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    chosen = some_settings(database_settings, tmp_path)
    server = msgspec.structs.replace(chosen.server, port=free_port(), drain_delay=1.0)
    chosen = msgspec.structs.replace(chosen, server=server)
    async with open_parts(chosen) as parts:
        context = serving(parts)
        listener = await context.__aenter__()
        state = listener.app[HEALTH]
        ending = asyncio.create_task(context.__aexit__(None, None, None))
        await asyncio.sleep(0)  # its first step, up to the delay
        assert state.draining
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n")
        said = await reader.readuntil(b"}")
        assert said.startswith(b"HTTP/1.1 503")
        assert b'"reason":"stopping"' in said
        writer.close()
        await ending
