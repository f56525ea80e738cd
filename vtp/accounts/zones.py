"""The time zones that a person may choose: those of the IANA database that we ship."""

from __future__ import annotations

from functools import cache
from importlib import resources

DEFAULT = "UTC"
# The folder holds these too, but they are no place's time.
_NOT_PLACES = frozenset({"Factory", "localtime", "posixrules"})


@cache
def known() -> frozenset[str]:
    listed = resources.files("tzdata").joinpath("zones").read_text("ascii").split()
    return frozenset(listed) - _NOT_PLACES


def place(zone: str) -> str:
    """The city that a zone is named for, "Accra"; "" where it is named for none."""
    area, _, rest = zone.partition("/")
    return rest.rpartition("/")[2].replace("_", " ") if area != "Etc" else ""
