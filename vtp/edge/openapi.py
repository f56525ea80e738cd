"""OpenAPI 3.1 from the routes: the same structs that decode a request describe it.

Examples are composed from the examples of the fields, so they cannot go stale: a test decodes
each with the struct that it stands for. Refusals are alike on most routes, and ten times as long
as what is of a route alone: each stands once in the components, under its codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec

from vtp import __version__
from vtp.edge.auth import BadCredentials
from vtp.edge.origins import CrossOrigin
from vtp.edge.paging import BadCursor, Paged
from vtp.edge.problems import (
    CONTENT_TYPE,
    InvalidInput,
    Malformed,
    Misdirected,
    ProblemBody,
    TooLarge,
    TooSlow,
    WrongMediaType,
)
from vtp.edge.routes import Route
from vtp.edge.rules import MissingScope, NotWithAKey, Rule
from vtp.errors import Forbidden, Limited, NotFound, Problem, Unauthenticated, Unavailable

Json = dict[str, Any]
_REF = "#/components/schemas/{name}"
_REFUSED = "#/components/responses/{name}"
_ALWAYS = (Limited, Misdirected, Unavailable, BadCredentials, InvalidInput)
_WITH_BODY = (Malformed, TooSlow, TooLarge, WrongMediaType)

_SECURITY: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `access_token` of POST /api/v1/auth/login.",
    },
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "A key of POST /api/v1/keys. Its scopes limit what it may do.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "vtp-session",
        "description": "The cookie of a browser that signed in; unsafe methods need our Origin. "
        "Over https its name is `__Host-vtp-session`.",
    },
}


def describe(routes: Iterable[Route]) -> Json:
    listed = [route for route in routes if route.is_api and route.described]
    schemas, refusals = _schemas(listed), dict[str, Json]()
    paths: Json = {}
    for route in listed:
        path = re.sub(r"{(\w+):[^}]*}", r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, schemas, refusals)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "vtp",
            "version": __version__,
            "summary": "Live classes, recordings, courses and attendance.",
            "description": "Errors are problem+json (RFC 9457) with a stable `code`. "
            "Lists are `{items, next}` with an opaque cursor. A request may say in `API-Version` "
            "which versions it understands (`2, 1`); every answer says there which one it is, "
            "and one that is not understood is refused (406 `no_common_version`). "
            "See docs/API.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],  # wherever this document came from
        "tags": [{"name": tag} for tag in sorted({route.tag for route in listed})],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": refusals,
            "securitySchemes": _SECURITY,
        },
    }


def _schemas(routes: list[Route]) -> Json:
    kinds: list[Any] = [ProblemBody]
    for route in routes:
        kinds += [k for k in (route.signature.body, _result(route)) if k is not None]
    _, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    return components


def _result(route: Route) -> Any:
    """The type of the answer's body, None where the handler makes the response itself."""
    if route.produces is not None or route.status == HTTPStatus.NO_CONTENT:
        return None
    return route.signature.result


def _operation(route: Route, schemas: Json, refusals: Json) -> Json:
    operation: Json = {
        "operationId": f"{route.tag}_{route.name}",
        "tags": [route.tag],
        "summary": route.summary,
        "security": _security(route.rule),
        "responses": _responses(route, schemas, refusals),
        "x-right": f"{route.rule.noun}.{route.rule.right}",
    }
    if route.description:
        operation["description"] = route.description
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    if route.signature.body is not None:
        operation["requestBody"] = _request_body(route, schemas)
    elif route.consumes:
        raw = {"schema": {"type": "string", "format": "binary"}}
        content = dict.fromkeys(route.consumes, raw)
        operation["requestBody"] = {"required": True, "content": content}
    if route.deprecated:
        operation["deprecated"] = True
    return operation


def _security(rule: Rule) -> list[Json]:
    if rule.anonymous:
        return []
    known: list[Json] = [{"bearer": []}, {"session": []}]
    return [*known, {"key": [rule.scope]}] if rule.keys else known


def _parameters(route: Route) -> list[Json]:
    listed = []
    for name, kind in route.signature.path.items():
        schema = _inline(kind)
        listed.append({"name": name, "in": "path", "required": True, "schema": schema})
    if route.revalidated:
        about = "The `ETag` of an answer before."
        etag: Json = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
        listed.append(etag | {"description": about})
    if route.signature.query is not None:
        for field in msgspec.structs.fields(route.signature.query):
            schema = _inline(field.type)
            about = schema.pop("description", None)
            parameter = {"name": field.encode_name, "in": "query", "schema": schema}
            listed.append(parameter | ({"description": about} if about else {}))
    return listed


def _inline(kind: Any) -> Json:
    """A schema without references: names and ids in an address are small."""
    schema, components = msgspec.json.schema_components([kind], ref_template=_REF)
    found: Json = schema[0]
    while "$ref" in found:
        found = components[found["$ref"].rpartition("/")[2]]
    return dict(found)


def _schema(kind: Any) -> Json:
    schema, _ = msgspec.json.schema_components([kind], ref_template=_REF)
    return schema[0]


def _request_body(route: Route, schemas: Json) -> Json:
    content = _content(route.signature.body, schemas)
    return {"required": True, "content": {"application/json": content}}


def _content(kind: Any, schemas: Json) -> Json:
    schema = _schema(kind)
    return {"schema": schema, "example": example(schema, schemas)}


def _responses(route: Route, schemas: Json, refusals: Json) -> Json:
    responses: Json = {str(route.status): _success(route, schemas)}
    if route.revalidated:
        responses["304"] = {"description": "What `If-None-Match` names is still right."}
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in problems_of(route):
        by_status.setdefault(problem.status, []).append(problem)
    for status in sorted(by_status):
        responses[str(status)] = _shared(_refusal(by_status[status]), refusals)
    return responses


def _success(route: Route, schemas: Json) -> Json:
    success: Json = {"description": HTTPStatus(route.status).phrase}
    kind = _result(route)
    if route.produces is not None:
        success["content"] = {route.produces: {"schema": {}}}
    elif kind is not None:
        success["content"] = {"application/json": _content(kind, schemas)}
    return success


def _shared(refusal: Json, refusals: Json) -> Json:
    """A reference to it; two with the same codes and other words would hide one another."""
    codes = refusal["content"][CONTENT_TYPE]["schema"]["properties"]["code"]["enum"]
    name = "-".join(codes)
    if refusals.setdefault(name, refusal) != refusal:
        return refusal
    return {"$ref": _REFUSED.format(name=name)}


def _refusal(kinds: list[type[Problem]]) -> Json:
    listed = sorted(kinds, key=lambda kind: kind.code)
    first = listed[0]
    shown = {
        "type": f"urn:vtp:problem:{first.code}",
        "title": first.title(),
        "status": first.status,
        "code": first.code,
    }
    schema: Json = {"allOf": [{"$ref": _REF.format(name="ProblemBody")}]}
    schema |= {"properties": {"code": {"enum": sorted({kind.code for kind in kinds})}}}
    return {
        "description": "\n\n".join(f"`{kind.code}`: {kind.title()}" for kind in listed),
        "content": {CONTENT_TYPE: {"schema": schema, "example": shown}},
    }


def problems_of(route: Route) -> list[type[Problem]]:
    """Every kind of error that a route can answer with."""
    rule = route.rule
    kinds: list[type[Problem]] = [*_ALWAYS, *route.errors]
    if not rule.anonymous:
        kinds += (Unauthenticated, MissingScope if rule.keys else NotWithAKey)
    if rule.roles is not None and not rule.owned:
        kinds.append(Forbidden)
    if route.signature.path:
        kinds.append(NotFound)
    if route.signature.body is not None or route.consumes:
        kinds += _WITH_BODY
    if rule.writes:
        kinds.append(CrossOrigin)
    if route.signature.query is not None and issubclass(route.signature.query, Paged):
        kinds.append(BadCursor)
    return list(dict.fromkeys(kinds))


def example(schema: Json, schemas: Json) -> Any:
    """A value of `schema`, from the examples and defaults of its fields."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("const", "default"):
        if key in schema and schema[key] is not None:
            return schema[key]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas)
    return _example_of_type(schema, schemas)


_BY_FORMAT = {
    "uuid": "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44",
    "date-time": "2026-03-12T18:00:00Z",
    "date": "2026-03-12",
}


def _example_of_type(schema: Json, schemas: Json) -> Any:
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            return {name: example(kind, schemas) for name, kind in fields.items()}
        case "array":
            return [example(schema["items"], schemas)] if schema.get("items") else []
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            return _BY_FORMAT.get(schema.get("format", ""), "text")
    return None
