"""What goes over to a child and what comes back. The way back is not to be trusted."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from vtp.sandbox.failures import Refused
from vtp.sandbox.limits import Limits

_NAME = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)+:[a-z]\w*", re.ASCII)

# Longer texts are no sentence for a person.
MAX_DETAIL = 300


class Job(msgspec.Struct, frozen=True, kw_only=True):
    # "package.module:function", a `def function(spec: Spec, files: Mapping[str, int]) -> Result`.
    function: str
    spec: msgspec.Raw
    # Descriptors by the name that the function knows them by.
    files: dict[str, int]
    limits: Limits
    # The process that must be there for the child to go on.
    parent: int
    allow_weak: bool = False


class Walls(msgspec.Struct, frozen=True, kw_only=True):
    """Which protections stand around a child."""

    namespaces: bool = False  # a user and a network of its own
    root: bool = False  # an empty root folder
    landlock: int = 0  # the version of the kernel's interface; 0 is none
    seccomp: bool = False

    def network(self) -> list[str]:
        return _standing({"network namespace": self.namespaces, "seccomp": self.seccomp})

    def files(self) -> list[str]:
        landlock = f"landlock {self.landlock}"
        return _standing(
            {"empty root": self.root, landlock: self.landlock > 0, "seccomp": self.seccomp}
        )

    def programs(self) -> list[str]:
        return _standing({"seccomp": self.seccomp, "empty root": self.root})

    @property
    def closed(self) -> bool:
        """Whether neither the network nor any file can be reached."""
        return bool(self.network() and self.files())


def _standing(walls: dict[str, bool]) -> list[str]:
    return [name for name, stands in walls.items() if stands]


class Done(msgspec.Struct, frozen=True, tag="done"):
    result: msgspec.Raw
    walls: Walls


class Said(msgspec.Struct, frozen=True, tag="said"):
    """The function raised one of our errors: an answer about the file."""

    code: str
    detail: str | None = None


class Stumbled(msgspec.Struct, frozen=True, tag="stumbled"):
    """The function raised something else: a fault of ours. Places only, never values."""

    kind: str
    places: list[str]


class NoMemory(msgspec.Struct, frozen=True, tag="memory"):
    pass


class NoWalls(msgspec.Struct, frozen=True, tag="walls"):
    walls: Walls


class LongAnswer(msgspec.Struct, frozen=True, tag="long"):
    pass


Answer = Done | Said | Stumbled | NoMemory | NoWalls | LongAnswer


def checked_name(function: str, modules: tuple[str, ...]) -> str:
    """`function`, when it is a name of ours that may run in a child."""
    if not _NAME.fullmatch(function) or not function.startswith(modules):
        raise Refused(f"{function!r} may not run in a child.")
    return function


def encode(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(value))


def decode_answer(data: bytes) -> Answer | None:
    """None when it is not an answer of ours."""
    try:
        answer: Answer = msgspec.msgpack.decode(data, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return answer


def plain(detail: str | None) -> str | None:
    """A sentence from a child, as it may stand before a person."""
    if detail is None:
        return None
    return "".join(letter for letter in detail if letter.isprintable())[:MAX_DETAIL]
