"""Events as data, and errors as acknowledgements."""

from __future__ import annotations

import json

import msgspec
import pytest

from tests.support.socket_app import Said, events
from vtp.edge.rules import Rule, signed_in
from vtp.edge.sockets import ack
from vtp.edge.sockets.events import BadEvent, Call, Events, Table
from vtp.errors import Conflict, Problem

RULE = signed_in("test", "right")


def test_all_events_and_news_can_be_listed_without_a_server() -> None:
    table = Table([events])
    by_name = {event.name: event for event in table}
    echo = by_name["test.echo"]
    assert (echo.rule.right, echo.body, echo.result.__name__) == ("echo", Said, "Heard")
    assert (echo.summary, echo.tag) == ("Say it again", "test")
    assert by_name["test.write"].body is None
    assert [(news.name, news.payload) for news in table.news] == [("test.said", Said)]
    assert all(isinstance(event.rule, Rule) for event in table)


async def takes_nothing() -> None: ...


async def takes_something_else(call: Call, what: Said) -> None: ...


async def takes_no_call(call: Said) -> None: ...


async def says_no_result(call: Call):  # type: ignore[no-untyped-def]  # that is what is tried
    ...


async def says_no_body(call: Call, body) -> None:  # type: ignore[no-untyped-def]  # that is what is tried
    ...


@pytest.mark.parametrize(
    "handler",
    [takes_nothing, takes_something_else, takes_no_call, says_no_result, says_no_body],
)
def test_a_handler_that_does_not_say_what_it_takes_is_refused(handler: object) -> None:
    with pytest.raises(BadEvent, match=r"test\.odd"):
        Events("test").on("test.odd", rule=RULE)(handler)  # type: ignore[arg-type]  # that is what is tried


@pytest.mark.parametrize("name", ["watch", "Jobs.watch", "jobs.", "connect", "jobs watch", ""])
def test_a_name_has_a_noun_and_a_verb(name: str) -> None:
    with pytest.raises(BadEvent):
        Events("test").on(name, rule=RULE)
    with pytest.raises(BadEvent):
        Events("test").news(name, Said, "")


def test_a_name_is_declared_once() -> None:
    again = Events("other")
    again.news("test.echo", Said, "")
    with pytest.raises(BadEvent, match=r"test\.echo"):
        Table([events, again])


def test_an_error_is_told_with_all_that_helps() -> None:
    problem = Conflict("Taken.", fields={"name": "Is taken."}, retry_after=2.0)
    assert json.loads(ack.error(problem, "id-1")) == {
        "error": {
            "code": "conflict",
            "detail": "Taken.",
            "fields": {"name": "Is taken."},
            "retry_after": 2.0,
            "request_id": "id-1",
        }
    }


def test_an_error_without_words_gets_those_of_its_kind() -> None:
    told = json.loads(ack.error(Problem(), ""))
    assert told == {"error": {"code": "internal", "detail": "Something went wrong."}}


def test_a_result_is_told_as_json() -> None:
    assert json.loads(ack.ok(Said("a"))) == {"ok": {"text": "a", "times": 1}}
    assert json.loads(ack.ok(None)) == {"ok": None}
    with pytest.raises(TypeError):
        ack.ok(object())
    assert msgspec.json.decode(ack.ok([1])) == {"ok": [1]}
