"""What `vtp check` says of the record."""

from __future__ import annotations

from vtp.audit.chain import Broken
from vtp.audit.service.verifying import Verdict

_SAID = {
    "row_changed": "a row was changed after it was sealed",
    "row_missing": "a row is missing",
    "row_added": "a row was put in after its time",
    "address_changed": "the address of a row was changed",
    "address_missing": "the address of a row was taken away before its time",
    "seal_changed": "a seal was changed",
    "seal_missing": "a seal is missing",
    "seal_forged": "a seal was not made by this server",
    "end_missing": "its end is missing",
}


def sentence(broken: Broken) -> str:
    where = f"row {broken.entry_id}, " if broken.entry_id else ""
    return f"{_SAID[broken.fault]}: {where}seal {broken.seal}"


def summary(verdict: Verdict) -> str:
    return (
        f"{verdict.rows:,} rows in {verdict.seals:,} seals are as they were sealed; "
        f"{verdict.unsealed:,} too young to be sealed"
    )
