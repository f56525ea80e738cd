"""Who acts. The first argument of every service method that acts for somebody."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from vtp.errors import Unauthenticated
from vtp.ids import UserId


class Role(StrEnum):
    ADMIN = "admin"
    MANAGER = "manager"
    EDITOR = "editor"
    INSTRUCTOR = "instructor"
    ADVANCED = "advanced"
    STUDENT = "student"


class Via(StrEnum):
    """What proved who it is."""

    SESSION = "session"  # the cookie of a browser
    JWT = "jwt"  # an access token in Authorization
    KEY = "key"  # X-API-Key
    GUEST = "guest"  # the cookie of somebody without an account, for one room
    SYSTEM = "system"  # one of our own processes
    TERMINAL = "terminal"  # whoever runs the server, on its command line
    NOTHING = "nothing"  # nobody signed in


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody without an account, let into one room by its link. Everything else is closed."""

    id: UUID
    room_id: UUID


@dataclass(frozen=True, slots=True)
class Actor:
    user_id: UserId | None
    roles: frozenset[Role]
    via: Via
    # The session, token family or key that proved it; revoking it ends what it opened.
    credential_id: UUID | None = None
    # None is everything that the roles allow; else "noun:read" and "noun:write".
    scopes: frozenset[str] | None = None
    # Never together with a user.
    guest: Guest | None = None

    @property
    def person_id(self) -> UUID:
        """Whom a class knows: an account, or a guest."""
        return self.guest.id if self.guest is not None else self.require_user()

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def known(self) -> bool:
        """Signed in, or a guest."""
        return self.signed_in or self.guest is not None

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    def require_user(self) -> UserId:
        if self.user_id is None:
            raise Unauthenticated
        return self.user_id


ANONYMOUS = Actor(None, frozenset(), Via.NOTHING)
SYSTEM = Actor(None, frozenset(Role), Via.SYSTEM)
OPERATOR = Actor(None, frozenset(Role), Via.TERMINAL)


@dataclass(frozen=True, slots=True)
class Origin:
    """From where somebody asks: for the record of what was done, never to decide anything."""

    address: str = ""
    agent: str = ""
    request_id: str = ""


# Set for each request and each event of a socket by the edge; a task inherits that of its maker.
ORIGIN: ContextVar[Origin] = ContextVar("origin")
NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who is being erased."""

    user_id: UserId
    email: str  # in lower case, and still theirs
    name: str
    called: str  # from now on, everywhere
