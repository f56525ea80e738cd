"""From a handler's annotations to its arguments.

A handler takes the request, and by name: `body` (JSON into a struct), `query` (a struct of the
query names), `actor`, and one argument for each name in braces of its path.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, get_type_hints

import msgspec
from aiohttp import web

from vtp.actor import Actor
from vtp.edge.auth import ACTOR
from vtp.edge.bodies import require_type, whole
from vtp.edge.problems import InvalidInput, Malformed, from_validation
from vtp.errors import NotFound

Handler = Callable[..., Awaitable[Any]]
_BRACES = re.compile(r"{(\w+)(?::[^}]*)?}")


class BadRoute(Exception):
    """A handler's arguments do not fit its path."""


@dataclass(frozen=True, slots=True)
class Signature:
    body: Any = None
    query: Any = None
    actor: bool = False
    path: dict[str, Any] = field(default_factory=dict)
    result: Any = None
    # Whether a name of the query that nobody knows is refused. A program is told of its typing
    # error; links to pages are passed on by services that add names of their own.
    exact: bool = True


def read(handler: Handler, path: str) -> Signature:
    hints = get_type_hints(handler, include_extras=True)
    names = list(inspect.signature(handler).parameters)[1:]
    in_path = _BRACES.findall(path)
    known = {"body", "query", "actor", *in_path}
    if unknown := [name for name in names if name not in known]:
        raise BadRoute(f"{path}: {handler.__name__} takes {unknown}, which nothing gives")
    if absent := [name for name in in_path if name not in names]:
        raise BadRoute(f"{path}: {handler.__name__} does not take {absent}")
    return Signature(
        body=hints.get("body"),
        query=hints.get("query"),
        actor=hints.get("actor") is Actor,
        path={name: hints[name] for name in in_path},
        result=hints.get("return"),
        exact=path.startswith("/api/"),
    )


async def arguments(request: web.Request, signature: Signature) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if signature.actor:
        given["actor"] = request[ACTOR]
    for name, kind in signature.path.items():
        given[name] = _path_value(request.match_info[name], kind)
    if signature.query is not None:
        given["query"] = _query(request, signature.query, exact=signature.exact)
    elif signature.exact and request.query_string:
        refuse_unknown_names(request, frozenset())
    if signature.body is not None:
        given["body"] = await _body(request, signature.body)
    return given


def _path_value(text: str, kind: Any) -> Any:
    """An id that cannot be one names nothing."""
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError:
        raise NotFound from None


def _query(request: web.Request, kind: Any, *, exact: bool) -> Any:
    fields = {f.encode_name for f in msgspec.structs.fields(kind)}
    if exact:
        refuse_unknown_names(request, fields)
    values: dict[str, str] = {}
    for name, value in request.query.items():
        if name not in fields:
            continue
        if name in values:
            raise InvalidInput(fields={name: "Give it once."})
        values[name] = value
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise from_validation(error, "query") from None


def refuse_unknown_names(request: web.Request, known: frozenset[str] | set[str]) -> None:
    if unknown := sorted({name for name in request.query if name not in known}):
        raise InvalidInput(
            "The address asks for something that is not offered here.",
            fields=dict.fromkeys(unknown, "Unknown name in the query."),
        )


async def _body(request: web.Request, kind: Any) -> Any:
    require_type(request, "application/json")
    raw = await whole(request)
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise from_validation(error, "body") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("The body is not JSON that can be read.") from None
