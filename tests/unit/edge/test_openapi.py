"""The description of the API says what the routes do."""

from __future__ import annotations

from typing import Any

import msgspec
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.unit.edge.test_front import Thing, routes
from vtp.accounts.api import pictures
from vtp.app import declared
from vtp.edge.openapi import describe

DOCUMENT = describe(routes)
THINGS = DOCUMENT["paths"]["/api/v1/things"]["post"]


def named(answer: dict[str, Any]) -> dict[str, Any]:
    """What a reference to a shared answer stands for."""
    found: dict[str, Any] = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return found


def test_it_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_pages_are_not_in_it() -> None:
    assert "/sign" not in DOCUMENT["paths"]


def test_every_answer_that_a_route_can_give_is_listed() -> None:
    statuses = set(THINGS["responses"])
    assert statuses >= {"201", "400", "401", "403", "408", "413", "415", "421", "422", "429", "503"}


def test_each_error_names_its_codes() -> None:
    answers = DOCUMENT["paths"]["/api/v1/things/{thing_id}"]["delete"]["responses"]
    refused = named(answers["403"])
    schema = refused["content"]["application/problem+json"]["schema"]
    assert schema["properties"]["code"]["enum"] == ["cross_origin", "forbidden", "not_with_a_key"]
    assert "`cross_origin`" in refused["description"]


def test_an_error_of_many_routes_is_described_once() -> None:
    answers = [
        operation["responses"] for path in DOCUMENT["paths"].values() for operation in path.values()
    ]
    assert {one["429"]["$ref"] for one in answers} == {"#/components/responses/limited"}
    assert "`limited`" in DOCUMENT["components"]["responses"]["limited"]["description"]


def test_refusals_are_shared_in_the_whole_description() -> None:
    paths = describe(declared.routes())["paths"]
    answers = [one["responses"] for path in paths.values() for one in path.values()]
    refusals = [one[status] for one in answers for status in one if status >= "400"]
    written_out = [one for one in refusals if "$ref" not in one]
    assert len(written_out) < len(refusals) / 50


def test_examples_are_what_the_structs_take() -> None:
    content = THINGS["requestBody"]["content"]["application/json"]
    assert msgspec.convert(content["example"], Thing) == Thing("Algebra")


def test_an_answer_that_can_be_kept_says_how_it_is_asked_for_again() -> None:
    operation = describe(pictures.routes)["paths"]["/api/v1/users/{id}/picture"]["get"]
    assert "304" in operation["responses"]
    assert "If-None-Match" in [parameter["name"] for parameter in operation["parameters"]]


def test_security_follows_the_rule() -> None:
    assert {"key": ["things:write"]} in THINGS["security"]
    assert DOCUMENT["paths"]["/api/v1/open"]["get"]["security"] == []
    ending = DOCUMENT["paths"]["/api/v1/things/{thing_id}"]["delete"]["security"]
    assert not any("key" in way for way in ending)
