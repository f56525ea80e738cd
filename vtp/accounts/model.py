"""The values of accounts: people, their sessions and keys, and what a sign-in gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec

from vtp.actor import Role
from vtp.ids import IdentityId, JobId, KeyId, PasskeyId, SessionId, UserId

Theme = Literal["auto", "light", "dark"]
# Of an account. Unconfirmed: nobody has shown that mail to its address is read.
Standing = Literal["active", "unconfirmed", "invited", "disabled"]
# Of the interface and of mail.
Language = Literal["en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: UserId
    email: str
    name: str
    time_zone: str
    theme: Theme
    roles: frozenset[Role]
    picture_id: UUID | None
    created_at: datetime
    disabled_at: datetime | None = None
    language: Language = "en"
    # When somebody showed that they read what is sent to `email`.
    email_verified_at: datetime | None = None
    # When they were last written to, while nobody has come by that.
    invited_at: datetime | None = None
    # The account that has all that this one had.
    merged_into: UserId | None = None

    @property
    def standing(self) -> Standing:
        if self.disabled_at is not None:
            return "disabled"
        if self.invited_at is not None:
            return "invited"
        return "active" if self.email_verified_at is not None else "unconfirmed"

    @property
    def initials(self) -> str:
        """What stands where there is no picture: of the first and the last word of the name."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    id: UserId
    email: str
    name: str
    roles: frozenset[Role]
    password_hash: str | None
    created_at: datetime
    time_zone: str = "UTC"
    demo: bool = False
    invited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """What signing in needs to know of an account."""

    user_id: UserId
    password_hash: str | None
    password_version: int
    # Neither disabled nor a demo account outside of a demo.
    open: bool
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Caller:
    """From where somebody calls, and what their browser remembers of an earlier sign-in."""

    address: str
    agent: str
    device: str = ""
    time_zone: str = ""


class SessionKind(StrEnum):
    BROWSER = "browser"  # an opaque cookie
    CLIENT = "client"  # access and refresh tokens


class ProvedBy(StrEnum):
    """What began a session."""

    ALONE = "password"  # a password, and nothing else
    CODE = "code"  # a password, and a code of an app
    RECOVERY = "recovery"  # a password, and a recovery code
    PASSKEY = "passkey"  # alone, or after a password
    PROVIDER = "provider"  # an account elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: SessionId
    user_id: UserId
    kind: SessionKind
    address: str
    agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    generation: int = 0
    renewed_at: datetime
    proved_by: ProvedBy
    # Of the device, where a script could tell it.
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    id: KeyId
    name: str
    prefix: str
    scopes: frozenset[str] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class Purpose(StrEnum):
    """What a link that was mailed is good for."""

    RESET = "password"  # choose a new one
    VERIFY = "verify"  # show that the address of the account is read
    CHANGE = "change"  # make this the address of the account
    UNDO = "undo"  # take that back: it goes to the address before
    INVITE = "invite"  # make the account that an admin prepared one's own


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedLink:
    """`address` is where it was sent, which whoever has it can read."""

    user_id: UserId
    purpose: Purpose
    address: str
    password_version: int
    created_at: datetime
    expires_at: datetime


class ForgottenPassword(msgspec.Struct, frozen=True):
    """Work: whoever has this address, if anybody, is sent a link to a new password."""

    email: str


class ImportState(StrEnum):
    """How far a list of people has come."""

    COMPARING = "comparing"
    COMPARED = "compared"
    UNREADABLE = "unreadable"
    APPLYING = "applying"
    APPLIED = "applied"
    REFUSED = "refused"  # somebody changed something between the two


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    id: UUID
    sent_by: UserId
    sent_at: datetime
    state: ImportState
    fault: str


class CompareList(msgspec.Struct, frozen=True):
    """Work: find out what a list of people would change."""

    import_id: UUID


class ApplyList(msgspec.Struct, frozen=True):
    """Work: change what was found out."""

    import_id: UUID


class MakePicture(msgspec.Struct, frozen=True):
    """Work: an upload becomes the picture of a person."""

    user_id: UserId
    upload_id: UUID


class ForgetPicture(msgspec.Struct, frozen=True):
    """Work: a picture that nobody has any more is deleted."""

    picture_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A credential that holds: whose it is, what it allows, when it was last noted."""

    user_id: UserId
    roles: frozenset[Role]
    credential_id: UUID
    scopes: frozenset[str] | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a client gets."""

    access_token: str
    refresh_token: str
    expires_in: int  # seconds that the access token is valid


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """What a browser gets, as two cookies."""

    user_id: UserId
    cookie: str
    max_age: int  # s
    # Kept after signing out: it tells the owner's browser from a stranger's at the same address.
    device: str
    device_max_age: int  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What somebody was asked to prove, or to come back with."""

    kind: str
    user_id: UserId | None
    facts: bytes  # JSON
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """How somebody can prove who they are beside the password."""

    authenticator: bool = False
    passkeys: int = 0
    recovery_codes: int = 0  # that were not used
    password: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    id: PasskeyId
    user_id: UserId
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    name: str
    syncable: bool
    backed_up: bool
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An account that a person has elsewhere."""

    id: IdentityId
    user_id: UserId
    issuer: str
    subject: str
    label: str
    created_at: datetime
    last_used_at: datetime | None = None


class GatherOwn(msgspec.Struct, frozen=True):
    """Work: everything held about a person becomes a file for them."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeout:
    """The last file that somebody had made of everything held about them."""

    job_id: JobId
    asked_at: datetime
    made_at: datetime | None
    bytes: int | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequest:
    """Somebody asked to be forgotten."""

    id: UUID
    user_id: UserId
    name: str
    email: str
    state: Literal["open", "done", "refused", "withdrawn"]
    asked_at: datetime
    decided_at: datetime | None
    reason: str
