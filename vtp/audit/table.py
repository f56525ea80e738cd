"""The record as a file: CSV for spreadsheets, JSON lines for programs. Pure."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec

from vtp.audit.model import Found

COLUMNS = (
    "at",
    "actor_id",
    "via",
    "noun",
    "action",
    "target_id",
    "result",
    "address",
    "agent",
    "request_id",
    "details",
    "id",
)
# What begins so, a spreadsheet may take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(text: str) -> str:
    """The same text, with a mark before it where it could be taken for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def head() -> bytes:
    return _row(COLUMNS)


def as_csv(found: Found) -> bytes:
    said = as_fields(found)
    said["details"] = msgspec.json.encode(said["details"]).decode()
    return _row([cell("" if said[name] is None else str(said[name])) for name in COLUMNS])


def as_json(found: Found) -> bytes:
    return msgspec.json.encode(as_fields(found)) + b"\n"


def as_fields(found: Found) -> dict[str, Any]:
    entry = found.entry
    fields: dict[str, Any] = {
        name: getattr(entry, name) for name in COLUMNS if name not in {"at", "address"}
    }
    return {"at": entry.at.isoformat(), "address": found.address, **fields}


def _row(values: Any) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue().encode()
