"""What comes in and goes out, with the limits and examples that the API description shows."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from vtp.accounts import agents, fields, model, zones
from vtp.accounts.service.people import picture_url
from vtp.actor import Role
from vtp.edge.paging import Paged
from vtp.ids import JobId, KeyId, SessionId, UserId

_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_SCHEME: Final = "Bearer"  # RFC 6750
_BORN, _SEEN = "2026-03-12T18:00:00Z", "2026-03-12T18:52:10Z"

Email = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=fields.MAX_EMAIL,
        pattern=fields.EMAIL_PATTERN,
        examples=["ines@school.example"],
    ),
]
Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=fields.MAX_NAME,
        pattern=fields.NAME_PATTERN,
        examples=["Ines Carvalho"],
    ),
]
TimeZone = Annotated[
    str,
    Meta(
        max_length=64,
        pattern=fields.ZONE_PATTERN,
        description="A name of the IANA database.",
        examples=["Europe/Lisbon"],
    ),
]
Theme = Annotated[
    model.Theme,
    Meta(description="`auto` follows the device.", examples=["auto"]),
]
Language = Annotated[
    model.Language,
    Meta(description="Of the interface and of mail: what there is.", examples=["en"]),
]
# 1,024 bytes are counted where they are hashed; more characters than that have more bytes.
Password = Annotated[
    str,
    Meta(
        max_length=1024,
        description="Up to 1,024 bytes of UTF-8.",
        examples=["violet harbour tin whistle"],
    ),
]
Roles = Annotated[
    frozenset[Role],
    Meta(min_length=1, description="What the person may do in the school.", examples=[["student"]]),
]
Id = Annotated[UUID, Meta(examples=[_ID])]


class Input(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


# --- auth -------------------------------------------------------------------------------------
class Registration(Input, frozen=True, kw_only=True):
    email: Email
    name: Name
    password: Password
    time_zone: TimeZone = "UTC"


class Login(Input, frozen=True, kw_only=True):
    email: Annotated[str, Meta(max_length=fields.MAX_EMAIL, examples=["ines@school.example"])]
    password: Password


class Refresh(Input, frozen=True, kw_only=True):
    refresh_token: Annotated[
        str,
        Meta(
            max_length=200,
            description="Of the last answer to a login or refresh.",
            examples=["vtpr_AZgcXpoQfD6PADydK28aRAAAAAA…"],
        ),
    ]


class PasswordChange(Input, frozen=True, kw_only=True):
    current: Password | None = None
    new: Annotated[Password, Meta(examples=["quiet lantern over nine bridges"])]
    end_others: Annotated[
        bool, Meta(description="Whether every other sign-in ends.", examples=[True])
    ] = True


class PasswordTried(Input, frozen=True, kw_only=True):
    password: Password
    email: Annotated[
        str, Meta(max_length=254, description="Of whom it shall be, where they are not signed in.")
    ] = ""
    name: Annotated[str, Meta(max_length=200)] = ""


class Strength(Struct, frozen=True, kw_only=True):
    score: Annotated[
        int, Meta(description="From 0, guessed at once, to 4, not guessed.", examples=[3])
    ]
    enough: Annotated[bool, Meta(description="Whether it may be chosen.", examples=[True])]
    advice: Annotated[str, Meta(description="What is weak about it; empty: nothing.")]


class TokenPair(Struct, frozen=True, kw_only=True):
    access_token: Annotated[
        str,
        Meta(
            description="For `Authorization: Bearer`. Gone when the sign-in ends.",
            examples=["eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk4MWM1ZSJ9.c2ln"],
        ),
    ]
    refresh_token: Annotated[
        str,
        Meta(
            description="For the next pair, once. Using it again later ends the sign-in.",
            examples=["vtpr_AZgcXpoQfD6PADydK28aRAAAAAE…"],
        ),
    ]
    expires_in: Annotated[
        int, Meta(description="Seconds that the access token is valid.", examples=[900])
    ]
    token_type: Annotated[Literal["Bearer"], Meta(examples=[_SCHEME])] = _SCHEME


def token_pair(tokens: model.Tokens) -> TokenPair:
    return TokenPair(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_in=tokens.expires_in,
    )


class SessionView(Struct, frozen=True, kw_only=True):
    """One place where somebody is signed in."""

    id: Annotated[SessionId, Meta(examples=[_ID])]
    kind: Annotated[
        Literal["browser", "client"],
        Meta(description="A browser has a cookie, a client has tokens.", examples=["browser"]),
    ]
    created_at: Annotated[datetime, Meta(examples=[_BORN])]
    last_seen_at: Annotated[datetime, Meta(description="To the minute.", examples=[_SEEN])]
    address: Annotated[str, Meta(description="Where it signed in.", examples=["192.0.2.7"])]
    agent: Annotated[str, Meta(examples=["Firefox on Linux"])]
    place: Annotated[
        str,
        Meta(
            description="The city of the time zone that the device told, or nothing.",
            examples=["Accra"],
        ),
    ]
    proved_by: Annotated[
        Literal["password", "code", "recovery", "passkey", "provider"],
        Meta(description="What began it.", examples=["passkey"]),
    ]
    current: Annotated[bool, Meta(description="Whether this asked.", examples=[True])]


def session_view(session: model.Session, *, current: UUID | None) -> SessionView:
    return SessionView(
        id=session.id,
        kind=session.kind.value,
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        address=session.address,
        agent=agents.shown(session.agent),
        place=zones.place(session.time_zone),
        proved_by=session.proved_by.value,
        current=session.id == current,
    )


# --- keys -------------------------------------------------------------------------------------
class KeyIn(Input, frozen=True, kw_only=True):
    name: Annotated[Name, Meta(examples=["Timetable import"])]
    scopes: Annotated[
        frozenset[Annotated[str, Meta(max_length=64)]] | None,
        Meta(
            description="What the key may do; null for everything that you may do.",
            examples=[["users:read"]],
        ),
    ] = None
    expires_at: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(description="Null for no end.", examples=["2035-09-01T00:00:00Z"]),
    ] = None


class KeyView(Struct, frozen=True, kw_only=True):
    id: Annotated[KeyId, Meta(examples=[_ID])]
    name: Annotated[str, Meta(examples=["Timetable import"])]
    prefix: Annotated[
        str, Meta(description="The beginning of the key, to know it by.", examples=["vtp_Qk1x9aZ0"])
    ]
    scopes: Annotated[list[str] | None, Meta(examples=[["users:read"]])]
    created_at: Annotated[datetime, Meta(examples=[_BORN])]
    expires_at: Annotated[datetime | None, Meta(examples=["2026-09-01T00:00:00Z"])]
    last_used_at: Annotated[datetime | None, Meta(description="To the minute.", examples=[_SEEN])]


class KeyMade(KeyView, frozen=True, kw_only=True):
    key: Annotated[
        str,
        Meta(
            description="For the header X-API-Key. It is shown this once.",
            examples=["vtp_Qk1x9aZ0rJ4sT7uV2wX5yB8cD1eF3gH6iK9lM0nP2qR"],
        ),
    ]


def key_view(key: model.ApiKey) -> KeyView:
    return KeyView(**_of(key))


def key_made(key: model.ApiKey, secret: str) -> KeyMade:
    return KeyMade(**_of(key), key=secret)


def _of(key: model.ApiKey) -> dict[str, Any]:
    scopes = None if key.scopes is None else sorted(key.scopes)
    return asdict(key) | {"scopes": scopes}


# --- users ------------------------------------------------------------------------------------
class UserView(Struct, frozen=True, kw_only=True):
    id: Annotated[UserId, Meta(examples=[_ID])]
    email: Annotated[str, Meta(examples=["ines@school.example"])]
    name: Annotated[str, Meta(examples=["Ines Carvalho"])]
    roles: Annotated[list[Role], Meta(examples=[["instructor"]])]
    time_zone: Annotated[str, Meta(examples=["Europe/Lisbon"])]
    theme: Theme
    language: Language
    picture_url: Annotated[str | None, Meta(examples=[f"/api/v1/users/{_ID}/picture?v={_ID}"])]
    created_at: Annotated[datetime, Meta(examples=[_BORN])]
    disabled_at: Annotated[datetime | None, Meta(examples=[None])]
    state: Annotated[
        model.Standing,
        Meta(
            description="Invited: nobody came in by the letter yet. Unconfirmed: nobody showed "
            "that mail to the address is read.",
            examples=["active"],
        ),
    ]
    invited_at: Annotated[datetime | None, Meta(examples=[None])]
    merged_into: Annotated[
        UserId | None,
        Meta(description="The account that has all that this one had.", examples=[None]),
    ]


def user_view(user: model.User) -> UserView:
    return UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        roles=sorted(user.roles),
        time_zone=user.time_zone,
        theme=user.theme,
        language=user.language,
        picture_url=picture_url(user),
        created_at=user.created_at,
        disabled_at=user.disabled_at,
        state=user.standing,
        invited_at=user.invited_at,
        merged_into=user.merged_into,
    )


class ProfileChange(Input, frozen=True, kw_only=True):
    """What is left out stays as it is."""

    name: Name | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    theme: Theme | UnsetType = UNSET
    language: Language | UnsetType = UNSET


class RolesChange(Input, frozen=True, kw_only=True):
    roles: Roles


class PeopleQuery(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    q: Annotated[
        str,
        Meta(
            max_length=100,
            pattern=r"^[^\x00-\x1f\x7f]*$",
            description="Words in the name or the email.",
            examples=["carvalho"],
        ),
    ] = ""
    role: Role | None = None
    state: model.Standing | None = None


class NewPerson(Input, frozen=True, kw_only=True):
    email: Email
    name: Name
    roles: Roles
    password: Password


class Merge(Input, frozen=True, kw_only=True):
    into: Annotated[UUID, Meta(description="The account that stays.", examples=[_ID])]


class Invitation(Input, frozen=True, kw_only=True):
    email: Email
    roles: Roles
    name: Annotated[
        str,
        Meta(max_length=fields.MAX_NAME, description="They say their own when they come."),
    ] = ""


class PersonCursor(Struct, frozen=True, array_like=True):
    """Where a page of people ended."""

    name: Annotated[str, Meta(max_length=fields.MAX_NAME, pattern=fields.NAME_PATTERN)]
    id: UUID


# --- pictures ---------------------------------------------------------------------------------
class PictureQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    size: Annotated[Literal[96, 512], Meta(description="Pixels on each side.", examples=[96])] = 96
    v: Annotated[
        str,
        Meta(
            max_length=36,
            pattern=r"^[0-9a-f-]*$",
            description="The version that `picture_url` names; then it may be kept for ever.",
            examples=[_ID],
        ),
    ] = ""


class Accepted(Struct, frozen=True, kw_only=True):
    job_id: Annotated[
        JobId, Meta(description="The job that makes it; see /api/v1/jobs/{id}.", examples=[_ID])
    ]
