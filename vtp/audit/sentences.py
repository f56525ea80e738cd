"""What was done, in words of the catalogue: "signed in", "changed roles"."""

from __future__ import annotations

from collections.abc import Callable

from vtp.audit.model import Details, Entry

_BEFORE = "audit.did."

Get = Callable[[str], str | None]


def known(get: Get, entry: Entry) -> str | None:
    """The name in the catalogue of what was done, after "audit.did."; None where it has none."""
    name = f"{entry.noun}.{entry.action}".replace("_", "-")
    return name if get(_BEFORE + name) else None


def plain(entry: Entry) -> str:
    """What nobody has put into words yet, as it is written."""
    return f"{entry.noun} {entry.action}".replace("_", " ")


def facts(details: Details) -> str:
    """The details as short text: "roles: admin, student"."""
    return "; ".join(f"{name.replace('_', ' ')}: {_said(value)}" for name, value in details.items())


def _said(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return "none" if value is None else str(value)
