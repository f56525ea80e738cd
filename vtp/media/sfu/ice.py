"""ICE-lite (RFC 8445 2.5): who may send from where, shown by checks that know a password.

The other side controls: it checks, we answer and follow. A path is one of its addresses; what
comes from any other address reaches no parser.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from typing import Any, Protocol

from vtp.media.rtp import stun
from vtp.media.sfu.addresses import Address, host_and_port, unpacked
from vtp.media.sfu.library import address_of, ffi

# A browser tries a handful; each costs memory and a place in the table of the door.
_PATHS = 8
# Answers in a second, to one address and in all: browsers ask 20 times a second at first, and
# may do with half of them.
_ANSWERS_PER_PATH = 10.0
_ANSWERS = 40.0
# s; a path that says nothing for so long may be left for another that was not nominated, and its
# address may pass to another peer. Sound and reports come far more often.
SILENT = 2.0

_LETTERS = (string.ascii_letters + string.digits).encode()


class Bucket:
    """So many a second, and as many at once."""

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._left = rate
        self._at = now

    def take(self, now: float, many: float = 1.0) -> bool:
        self._left = min(self._rate, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < many:
            return False
        self._left -= many
        return True


class Link(Protocol):
    """What a path leads through: a socket for all, or a connection of one."""

    def send(self, path: Path, data: bytes) -> None:
        """At once, or not at all."""

    def queue(self, path: Path, begin: int, sizes: Sequence[int]) -> None:
        """Packets that stand one behind the other in the slab of `Egress`, from `begin` on."""

    def known(self) -> None:
        """A check was passed on it."""

    def left(self, path: Path) -> None:
        """Nothing more goes there."""


class Owner(Protocol):
    """Whose agent it is. Told where packets go now, and handed what came on its paths."""

    def moved(self, path: Path | None, now: float) -> None: ...

    def handshake(self, data: bytes) -> bool:
        """A datagram of DTLS; False when that was too much."""

    def media(self, path: Path, memory: Any, view: memoryview, now: float) -> str:
        """RTP or RTCP, to be decrypted where it lies; why it was dropped, else ""."""


class Path:
    """One address of the other side that has passed a check."""

    __slots__ = (
        "address",
        "agent",
        "answers",
        "checked",
        "gso",
        "heard",
        "key",
        "link",
        "name",
        "name_at",
        "name_size",
        "remote",
    )

    def __init__(self, agent: Agent, key: bytes, remote: bytes, link: Link, now: float) -> None:
        self.agent = agent
        self.key = key
        self.remote = remote
        self.link = link
        self.address: Address = unpacked(remote)
        self.checked = now  # the last check
        self.heard = now  # the last of anything that was authentic
        self.answers = Bucket(_ANSWERS_PER_PATH, now)
        self.gso = True  # until the kernel refuses it on this way
        # For the kernel; it must live as long as messages to it wait.
        self.name = ffi.new("char[]", remote)
        self.name_at = address_of(self.name)
        self.name_size = len(remote)


class Directory:
    """Who is called by a name, and who sends from an address."""

    __slots__ = ("by_address", "by_ufrag")

    def __init__(self) -> None:
        self.by_ufrag: dict[bytes, Agent] = {}
        self.by_address: dict[bytes, Path] = {}


class Credentials:
    __slots__ = ("confirmed", "password", "ufrag")

    def __init__(self) -> None:
        # 95 and 190 bits; RFC 8445 5.3 asks for 24 and 128.
        self.ufrag = _word(16)
        self.password = _word(32)
        self.confirmed = False  # a check with them came


def _word(length: int) -> bytes:
    return bytes(secrets.choice(_LETTERS) for _ in range(length))


class Agent:
    """Our end of one transport. `close` it, or its names and addresses stay taken."""

    __slots__ = ("_answers", "_directory", "_former", "credentials", "owner", "path", "paths")

    def __init__(self, directory: Directory, owner: Owner, now: float) -> None:
        self._directory = directory
        self.owner = owner
        self.credentials = Credentials()
        self._former: Credentials | None = None
        self.paths: dict[bytes, Path] = {}
        self.path: Path | None = None  # where we send
        self._answers = Bucket(_ANSWERS, now)
        directory.by_ufrag[self.credentials.ufrag] = self

    def restart(self) -> None:
        """New credentials; the old ones are good until a check with the new ones came."""
        if self.credentials.confirmed:
            self._leave(self._former)
            self._former = self.credentials
        else:
            self._leave(self.credentials)
        self.credentials = Credentials()
        self._directory.by_ufrag[self.credentials.ufrag] = self

    def _leave(self, credentials: Credentials | None) -> None:
        if credentials is not None:
            del self._directory.by_ufrag[credentials.ufrag]

    def password(self, ufrag: bytes) -> bytes:
        if self._former is not None and ufrag == self._former.ufrag:
            return self._former.password
        return self.credentials.password

    def may_answer(self, now: float) -> bool:
        return self._answers.take(now)

    def checked(
        self, found: stun.Binding, key: bytes, remote: bytes, link: Link, now: float
    ) -> Path:
        """A check that was authentic came from there."""
        self._confirm(found.local)
        path = self.paths.get(key) or self._add(Path(self, key, remote, link, now))
        path.checked = path.heard = now
        if self._better(path, nominated=found.use_candidate, now=now):
            self._move(path, now)
        return path

    def _confirm(self, ufrag: bytes) -> None:
        if ufrag == self.credentials.ufrag and not self.credentials.confirmed:
            self.credentials.confirmed = True
            self._leave(self._former)
            self._former = None

    def _add(self, path: Path) -> Path:
        if len(self.paths) >= _PATHS:
            others = (other for other in self.paths.values() if other is not self.path)
            self.drop(min(others, key=lambda other: other.heard))
        before = self._directory.by_address.get(path.key)
        if before is not None:
            before.agent.lose(before, path.checked)
        self.paths[path.key] = self._directory.by_address[path.key] = path
        return path

    def _better(self, path: Path, *, nominated: bool, now: float) -> bool:
        """Nominated, or the only one of which anything is heard: its NAT gave it a new address."""
        if self.path is None or path is self.path:
            return self.path is None
        return nominated or now - self.path.heard > SILENT

    def _move(self, path: Path | None, now: float) -> None:
        self.path = path
        self.owner.moved(path, now)

    def drop(self, path: Path) -> None:
        del self.paths[path.key]
        if self._directory.by_address.get(path.key) is path:
            del self._directory.by_address[path.key]
        path.link.left(path)

    def lose(self, path: Path, now: float) -> None:
        """This address is no longer ours; take the next best, if there is one."""
        self.drop(path)
        if path is self.path:
            self._move(max(self.paths.values(), key=lambda p: p.heard, default=None), now)

    def expire(self, now: float, consent: float) -> None:
        """Forget addresses that were not checked for `consent` seconds (RFC 7675)."""
        for path in [p for p in self.paths.values() if now - p.checked > consent]:
            self.lose(path, now)

    def close(self) -> list[Path]:
        """Be known under no name and address any more. Who called leaves the links in the end."""
        self._leave(self._former)
        self._leave(self.credentials)
        self._former = self.path = None
        paths = list(self.paths.values())
        for path in paths:
            if self._directory.by_address.get(path.key) is path:
                del self._directory.by_address[path.key]
        self.paths.clear()
        return paths


def answer(found: stun.Binding, agent: Agent, remote: bytes) -> bytes:
    password = agent.password(found.local)
    if found.controlled:
        return stun.role_conflict(found.transaction, password)
    return stun.success(found.transaction, password, *host_and_port(remote))
