"""The record as a file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import msgspec
import pytest

from vtp.audit.allowance import Allowance
from vtp.audit.model import Entry, Found
from vtp.audit.sentences import facts, known, plain
from vtp.audit.table import COLUMNS, as_csv, as_json, cell
from vtp.ids import uuid7

FOUND = Found(
    Entry(
        id=uuid7(),
        at=datetime(2026, 3, 12, 18, tzinfo=UTC),
        actor_id=uuid7(),
        via="session",
        action="roles_set",
        noun="user",
        target_id="=HYPERLINK(1)",
        result="done",
        details={"roles": ["admin"], "why": None},
        request_id="request-1",
        agent="@SUM(A1)",
        network="203.0.113.0/24",
        address_digest=None,
    ),
    "203.0.113.9",
)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_a_row_of_csv_reads_back() -> None:
    (row,) = csv.reader(io.StringIO(as_csv(FOUND).decode()))
    said = dict(zip(COLUMNS, row, strict=True))
    assert said["target_id"] == "'=HYPERLINK(1)"
    assert said["agent"] == "'@SUM(A1)"
    assert msgspec.json.decode(said["details"]) == {"roles": ["admin"], "why": None}


def test_a_line_of_json_reads_back() -> None:
    said = msgspec.json.decode(as_json(FOUND))
    assert (said["target_id"], said["address"]) == ("=HYPERLINK(1)", "203.0.113.9")


def test_what_has_no_words_yet_is_named_as_it_is_written() -> None:
    assert known({"audit.did.user.roles-set": "changed roles"}.get, FOUND.entry) == "user.roles-set"
    assert known(lambda _: None, FOUND.entry) is None
    assert plain(FOUND.entry) == "user roles set"
    assert facts(FOUND.entry.details) == "roles: admin; why: none"


def test_refusals_are_written_down_up_to_a_rate_and_then_counted() -> None:
    allowance = Allowance(2, 1.0)
    assert [allowance.take(now=0.0) for _ in range(4)] == [0, 0, None, None]
    assert allowance.take(now=1.0) == 2
    assert allowance.take(now=1.0) is None
