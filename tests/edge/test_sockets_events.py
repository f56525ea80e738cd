"""What a client sends, and that it always hears back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
import structlog

from tests.support.socket_app import ANN, BEN, QUICK, Served, served
from tests.support.socket_client import Client, connected
from vtp.ids import UserId


@pytest.fixture
async def site() -> AsyncIterator[Served]:
    async with served() as made:
        yield made


@pytest.fixture
async def ann(site: Served) -> AsyncIterator[Client]:
    async with connected(site.port, auth={"token": "ann"}) as client:
        yield client


async def test_what_a_handler_returns_is_acknowledged(ann: Client, site: Served) -> None:
    answer = await ann.call("test.echo", {"text": "ab", "times": 2})
    assert answer == {"ok": {"text": "abab", "by": str(ANN.user_id)}}
    assert await ann.call("test.write") == {"ok": None}
    assert await ann.call("test.write", None) == {"ok": None}
    assert site.noted.events == [("test.echo", "ok"), ("test.write", "ok"), ("test.write", "ok")]


@pytest.mark.parametrize(
    ("sent", "code", "fields"),
    [
        (("test.echo",), "invalid_input", ["text"]),
        (("test.echo", {"text": 7}), "invalid_input", ["text"]),
        (("test.echo", {"text": "a", "more": 1}), "invalid_input", ["more"]),
        (("test.echo", "text"), "invalid_input", ["body"]),
        (("test.echo", None), "invalid_input", ["body"]),
        (("test.write", {}), "invalid_input", ["body"]),
        (("test.echo", {"text": "a"}, 1), "one_body", []),
        (("test.nothing",), "not_found", []),
        (("connect",), "not_found", []),
        (("__class__", {}), "not_found", []),
        (("test.rule",), "forbidden", []),
    ],
    ids=str,
)
async def test_what_cannot_be_done_is_told_by_type(
    ann: Client, sent: tuple[object, ...], code: str, fields: list[str]
) -> None:
    error = (await ann.call(str(sent[0]), *sent[1:]))["error"]
    assert error["code"] == code
    assert list(error.get("fields", {})) == fields
    assert error["detail"]
    assert error["request_id"]


async def test_an_error_of_the_service_is_told_with_all_it_says(ann: Client) -> None:
    error = (await ann.call("test.clash"))["error"]
    del error["request_id"]
    assert error == {
        "code": "conflict",
        "detail": "Somebody else was first.",
        "fields": {"text": "Is taken."},
        "retry_after": 2.5,
    }


async def test_a_key_needs_the_scope_of_each_event(site: Served) -> None:
    async with connected(site.port, X_API_Key="key") as client:
        assert "ok" in await client.call("test.echo", {"text": "a"})
        assert (await client.call("test.write"))["error"]["code"] == "missing_scope"


async def test_a_bug_is_acknowledged_and_logged_once_without_what_was_sent(
    ann: Client, site: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with structlog.testing.capture_logs() as logged:
        error = (await ann.call("test.bug", {"text": "canary-4711"}))["error"]
        unwritable = (await ann.call("test.unwritable"))["error"]
    assert error["code"] == unwritable["code"] == "internal"
    assert [entry["event"] for entry in logged] == ["sockets.bug"] * 2
    assert logged[0]["error"] == "KeyError"
    assert logged[0]["request_id"] == error["request_id"]
    assert any("socket_app.py" in place for place in logged[0]["at"])
    assert "canary" not in str(logged)
    assert caplog.records == []
    assert "ok" in await ann.call("test.echo", {"text": "a"})
    assert site.noted.events[0] == ("test.bug", "internal")


async def test_the_name_of_an_unknown_event_is_not_counted_by_what_clients_make_up(
    ann: Client, site: Served
) -> None:
    for number in range(5):
        await ann.call(f"made.up{number}")
    assert set(site.noted.events) == {("(unknown)", "not_found")}


async def test_events_of_one_client_run_one_after_the_other(ann: Client) -> None:
    slow = ann.send("test.wait", {"text": "0.2"})
    quick = ann.send("test.wait", {"text": "0.0"})
    await ann.ack(quick)
    assert slow in ann.acks


async def test_events_of_another_client_do_not_wait_for_them(site: Served, ann: Client) -> None:
    async with connected(site.port, auth={"token": "ben"}) as ben:
        slow = ann.send("test.wait", {"text": "0.5"})
        assert "ok" in await ben.call("test.echo", {"text": "a"})
        assert slow not in ann.acks
        await ann.ack(slow)


async def test_an_event_that_takes_too_long_is_given_up() -> None:
    async with (
        served(msgspec.structs.replace(QUICK, event_timeout=0.1)) as site,
        connected(site.port, auth={"token": "ann"}) as ann,
    ):
        assert (await ann.call("test.wait", {"text": "9"}))["error"]["code"] == "timed_out"
        assert "ok" in await ann.call("test.echo", {"text": "a"})


async def test_no_answer_is_sent_where_none_is_wanted(ann: Client) -> None:
    ann.packet('42["test.echo",{"text":"a"}]')
    ann.packet('42["test.nothing"]')
    assert "ok" in await ann.call("test.echo", {"text": "b"})
    assert ann.acks == {}


async def test_more_than_may_wait_is_refused_at_once() -> None:
    async with (
        served(msgspec.structs.replace(QUICK, queue_events=3)) as site,
        connected(site.port, auth={"token": "ann"}) as ann,
    ):
        sent = [ann.send("test.wait", {"text": "0.2"})]
        await asyncio.sleep(0.05)
        sent += [ann.send("test.wait", {"text": "0"}) for _ in range(5)]
        answers = [await ann.ack(number) for number in sent]
        assert ["ok" in answer for answer in answers] == [True] * 4 + [False] * 2
        assert answers[-1]["error"]["code"] == "limited"


async def test_too_many_a_second_are_limited_with_the_time_to_wait() -> None:
    options = msgspec.structs.replace(QUICK, events_per_second=5, events_burst=10, queue_events=99)
    async with served(options) as site, connected(site.port, auth={"token": "ann"}) as ann:
        sent = [ann.send("test.echo", {"text": "a"}) for _ in range(20)]
        answers = [await ann.ack(number) for number in sent]
        assert all("ok" in answer for answer in answers[:10])
        error = answers[-1]["error"]
        assert error["code"] == "limited"
        assert 0 < error["retry_after"] <= 0.2
        await asyncio.sleep(error["retry_after"] + 0.05)
        assert "ok" in await ann.call("test.echo", {"text": "a"})


async def test_a_flood_ends_the_one_who_sends_it_and_nobody_else(site: Served) -> None:
    async with (
        connected(site.port, auth={"token": "ann"}) as ann,
        connected(site.port, auth={"token": "ben"}) as ben,
    ):
        for _ in range(2000):
            ann.packet("3")
        closed = await ann.closed()
        assert (closed.status, closed.reason) == (1008, "flood")
        assert "ok" in await ben.call("test.echo", {"text": "a"})


async def test_an_event_of_64_kib_is_taken_and_a_larger_message_closes_with_1009(
    site: Served, ann: Client
) -> None:
    assert len((await ann.call("test.echo", {"text": "a" * 65_500}))["ok"]["text"]) == 65_500
    ann.send("test.echo", {"text": "a" * 70_000})
    closed = await ann.closed()
    assert (closed.status, closed.reason) == (1009, "too_large")


async def test_attachments_are_refused_politely(ann: Client) -> None:
    ann.packet('452-9["test.echo",{"text":{"_placeholder":true,"num":0}}]')
    ann.frame(2, b"one")
    ann.frame(2, b"two")
    assert (await ann.ack(9))["error"]["code"] == "no_binary"
    assert "ok" in await ann.call("test.echo", {"text": "a"})
    ann.frame(2, b"three")
    closed = await ann.closed()
    assert (closed.status, closed.reason) == (1003, "no_binary")


async def test_who_sent_an_event_is_who_connected(site: Served) -> None:
    async with connected(site.port, auth={"token": "ben"}) as ben:
        answer = await ben.call("test.echo", {"text": "a"})
        assert UserId(BEN.require_user()) == msgspec.convert(answer["ok"]["by"], type=UserId)
        actor = site.sockets.actor(ben.sid)  # type: ignore[arg-type]  # a sid on the wire is text
        assert actor == BEN
    await asyncio.sleep(0.05)
    assert site.sockets.actor(ben.sid) is None  # type: ignore[arg-type]  # a sid on the wire is text
