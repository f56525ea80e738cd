"""Which version of the API is spoken: the path chooses it, a header asks whether it is understood.

API-Version: 2, 1     in a request: what the client understands, in any order
API-Version: 1        in every answer: what it is written in
"""

from __future__ import annotations

from vtp.errors import Problem

HEADER = "API-Version"
SPOKEN = ("1",)


class NoCommonVersion(Problem):
    """No version of the API that you understand is spoken here."""

    status = 406
    code = "no_common_version"


def of(path: str) -> str | None:
    """ "/api/v1/rooms" → "1"; what is no part of a version has none."""
    before, _, rest = path.partition("/api/v")
    version = rest.partition("/")[0]
    return version if not before and version in SPOKEN else None


def require(version: str, asked: str | None) -> None:
    """Who says nothing is answered in the version of the path."""
    if asked is not None and version not in {one.strip() for one in asked.split(",")}:
        raise NoCommonVersion(
            f"You ask for {asked[:50]}; spoken here: {', '.join(SPOKEN)}.",
            more={"versions": list(SPOKEN)},
        )
