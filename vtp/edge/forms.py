"""Forms of a page: one verb each. What was the matter is said on the page, beside them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from vtp.errors import Invalid, Problem

D = TypeVar("D")
Deeds = Mapping[str, Callable[[D], Awaitable[object]]]

# What who sent the form can understand, and mend or leave. All else is a page of its own.
_ON_PAGE = frozenset({403, 409, 422})


class DoneQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Of a page that says which of its forms was followed."""

    done: str = ""


async def followed(deeds: Deeds[D], verb: str, deed: D) -> Problem | None:
    """Do what a form asks; what the page is to say if that could not be."""
    try:
        if (do := deeds.get(verb)) is None:
            raise Invalid
        await do(deed)
    except Problem as problem:
        if not on_page(problem):
            raise
        return problem
    return None


def on_page(problem: Problem) -> bool:
    return problem.status in _ON_PAGE


def said(problem: Problem | None) -> dict[str, Any]:
    """A problem, or none, as templates know it; and the status of the answer."""
    if problem is None:
        return {"status": 200, "problem": "", "errors": {}}
    return {
        "status": problem.status,
        "problem": problem.detail or problem.title(),
        "errors": dict(problem.fields),
    }


def text(values: Mapping[str, str], name: str, *, most: int) -> str:
    found = values.get(name, "")
    if len(found) > most:
        raise Invalid(fields={name: f"Write up to {most} characters."})
    return found
