"""Kinds of jobs, as they are declared."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from vtp.jobs.handlers import BadHandler, Catalogue, Handlers, Tick
from vtp.jobs.running import Running


class One(msgspec.Struct):
    pass


class Two(msgspec.Struct):
    pass


async def act(_job: Running, _payload: Any, _context: Any) -> None: ...


def declared(package: str = "trial", **limits: Any) -> Handlers[Any]:
    handlers: Handlers[Any] = Handlers(package)
    handlers.on(One, **limits)(act)
    return handlers


def test_a_kind_is_named_for_its_package_and_handler() -> None:
    catalogue = Catalogue([declared()])
    assert catalogue.names() == ["trial.act"]
    assert catalogue.of(One()).name == "trial.act"
    assert catalogue.named("trial.act") is catalogue.of(One())
    assert catalogue.named("trial.other") is None


def test_attempts_are_the_first_and_the_retries() -> None:
    assert Catalogue([declared(retries=2)]).of(One()).max_attempts == 3


def test_two_kinds_cannot_have_one_name_or_one_payload() -> None:
    with pytest.raises(BadHandler, match="declared twice"):
        Catalogue([declared(), declared()])
    with pytest.raises(BadHandler, match="payload of two"):
        Catalogue([declared("one"), declared("other")])


def test_a_payload_that_nobody_takes_is_refused() -> None:
    with pytest.raises(BadHandler, match="Two"):
        Catalogue([declared()]).of(Two())


def test_every_tick_may_have_handlers_in_many_packages() -> None:
    handlers: Handlers[Any] = Handlers("one")
    other: Handlers[Any] = Handlers("other")
    handlers.every("* * * * *")(act)
    other.every("7 3 * * *")(act)
    catalogue = Catalogue([handlers, other])
    assert catalogue.names() == ["one.act", "other.act"]
    assert all(kind.payload is Tick and kind.concurrency == 1 for kind in [*handlers, *other])


@pytest.mark.parametrize("cron", ["* * * * * *", "@hourly", ""])
def test_cron_has_five_fields(cron: str) -> None:
    with pytest.raises(BadHandler, match="five fields"):
        Handlers[Any]("trial").every(cron)


@pytest.mark.parametrize("limits", [{"retries": -1}, {"timeout": 0}, {"concurrency": -1}])
def test_limits_out_of_range_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(BadHandler, match="out of range"):
        declared(**limits)


async def test_a_bound_handler_is_given_its_context() -> None:
    given: list[Any] = []

    async def note(job: Any, payload: Any, context: Any) -> None:
        given.extend((job, payload, context))

    handlers: Handlers[str] = Handlers("trial")
    handlers.on(One)(note)
    (bound,) = handlers.bind("what it needs")
    await bound.run("a job", One())  # type: ignore[arg-type]  # passed through unread
    assert given == ["a job", One(), "what it needs"]
