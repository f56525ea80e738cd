"""What is wrong with an input is said in our words, at its place, whatever it is."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from types import GenericAlias
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct

from vtp.app import declared
from vtp.edge.problems import from_validation
from vtp.edge.sentences import GENERAL, Wrong, wrong


class Colour(enum.Enum):
    RED = "red"


class Dog(Struct, tag="dog"):
    name: str = ""


class Cat(Struct, tag="cat"):
    name: str = ""


class Point(Struct, array_like=True):
    x: int
    y: int


class Part(Struct, forbid_unknown_fields=True):
    size: int


NOON = "2026-03-12T12:00:00"
KINDS: list[tuple[Any, Any, str]] = [
    (str, 3, "Give text, not a whole number."),
    (int, "x", "Give a whole number, not text."),
    (int | None, 1.5, "Give a whole number or null, not a number."),
    (bool, None, "Give true or false, not null."),
    (list[int], {}, "Give a list, not an object."),
    (Part, [], "Give an object, not a list."),
    (Annotated[str, Meta(min_length=1)], "", "Write something here."),
    (Annotated[str, Meta(min_length=3)], "", "Use at least 3 characters."),
    (Annotated[str, Meta(max_length=1)], "xx", "Use at most 1 character."),
    (Annotated[str, Meta(pattern="^a - at `$.b`$")], "x", "This is not written as it should be."),
    (Annotated[list[int], Meta(min_length=1)], [], "Give at least 1 entry."),
    (Annotated[list[int], Meta(max_length=2)], [1, 2, 3], "Give at most 2 entries."),
    (Annotated[dict[str, int], Meta(min_length=2)], {}, "Give at least 2 entries."),
    (Annotated[bytes, Meta(min_length=4)], "YQ==", "Give at least 4 bytes."),
    (tuple[int, int], [1], "Give 2 entries."),
    (Point, [1], "Give at least 2 entries."),
    (Annotated[int, Meta(ge=1)], 0, "Choose 1 or more."),
    (Annotated[int, Meta(le=200)], 201, "Choose 200 or less."),
    (Annotated[float, Meta(gt=0.5)], 0.5, "Choose more than 0.5."),
    (Annotated[float, Meta(lt=0.5)], 0.5, "Choose less than 0.5."),
    (Annotated[int, Meta(multiple_of=3)], 4, "Choose a multiple of 3."),
    (uuid.UUID, "x", "This is not an id."),
    (dt.datetime, "noon", "Write date and time like 2026-03-12T18:00:00Z."),
    (dt.date, "noon", "Write a date like 2026-03-12."),
    (dt.time, "noon", "Write a time like 18:00:00."),
    (dt.timedelta, "long", "Write a duration like PT90S."),
    (dt.timedelta, "P1Y", "Write a duration like PT90S."),
    (bytes, "%", "Write this in base64."),
    (decimal.Decimal, "x", "Write a number like 12.5."),
    (
        Annotated[dt.datetime, Meta(tz=True)],
        NOON,
        "Say the time zone as well, like 2026-03-12T18:00:00Z.",
    ),
    (
        Annotated[dt.datetime, Meta(tz=False)],
        NOON + "Z",
        "Leave out the time zone.",
    ),
    (Colour, "green", "This is not one of the values to choose from."),
    (Literal[96, 512], 100, "This is not one of the values to choose from."),
]


def said_of(value: Any, kind: Any) -> Wrong:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(msgspec.json.encode(value), type=kind)
    return wrong(str(caught.value))


@pytest.mark.parametrize(
    ("kind", "value", "sentence"), KINDS, ids=[str(n) for n in range(len(KINDS))]
)
def test_each_kind_of_limit_has_a_sentence(kind: Any, value: Any, sentence: str) -> None:
    assert said_of(value, kind) == Wrong("", sentence)


@pytest.mark.parametrize("which", range(len(KINDS)))
def test_a_place_is_told_however_deep_it_is(which: int) -> None:
    kind, value, sentence = KINDS[which]
    listed: Any = GenericAlias(list, (kind,))
    holder: Any = msgspec.defstruct("Holder", [("inner", listed)])
    assert said_of({"inner": [value]}, holder) == Wrong("inner.0", sentence)
    named = dict[str, holder]
    assert said_of({"any": {"inner": [value]}}, named) == Wrong("inner.0", sentence)


def test_what_is_missing_or_not_known_is_named_where_it_should_be() -> None:
    assert said_of([{}], list[Part]) == Wrong("0.size", "This is missing.")
    odd = Wrong("0.a`b", "Nothing of this name is taken here.")
    assert said_of([{"size": 1, "a`b": 2}], list[Part]) == odd
    assert said_of({"type": "cow"}, Dog | Cat).place == "type"
    assert said_of({}, Dog | Cat) == Wrong("type", "This is missing.")


def test_a_name_that_was_made_up_is_not_said_again_at_full_length() -> None:
    assert len(said_of({"size": 1, "x" * 100_000: 1}, Part).place) <= 200


@settings(deadline=None)
@given(st.text())
def test_whatever_the_library_says_one_day_people_read_a_sentence(message: str) -> None:
    found = wrong(message)
    assert found.sentence == GENERAL or message.startswith(("Expected", "Invalid", "Object"))
    assert from_validation(msgspec.ValidationError(message), "body").fields


INPUTS: list[tuple[str, Any]] = [
    (f"{route.name}.{where}", kind)
    for route in declared.routes()
    for where, kind in (("body", route.signature.body), ("query", route.signature.query))
    if kind is not None
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=300)
    | st.sampled_from(["", "x" * 2000, "2026-03-12T18:00:00", "UTC", "admin"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.data())
def test_every_input_that_is_taken_answers_in_our_words_and_at_a_field_of_it(
    data: st.DataObject,
) -> None:
    _, kind = data.draw(st.sampled_from(INPUTS))
    names = [field.encode_name for field in msgspec.structs.fields(kind)]
    given_ = data.draw(st.dictionaries(st.sampled_from([*names, "other"]), ANYTHING))
    strict = data.draw(st.booleans())
    said = refused(given_, kind, strict=strict)
    assume(said)
    found = wrong(said)
    assert found.sentence != GENERAL, said
    assert "`" not in found.sentence
    assert "Expected" not in found.sentence
    assert found.place.partition(".")[0] in [*names, "other"]


def refused(value: Any, kind: Any, *, strict: bool) -> str:
    try:
        msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        return str(error)
    return ""
