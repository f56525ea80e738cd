"""News of accounts for programs of others, as webhooks tell it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from vtp.accounts.model import User
from vtp.actor import Role
from vtp.ids import UserId
from vtp.webhooks.kinds import News

news = News("accounts")


class UserCreated(Struct, frozen=True, kw_only=True):
    user_id: UserId
    email: Annotated[str, Meta(examples=["ines@school.example"])]
    name: Annotated[str, Meta(examples=["Ines Carvalho"])]
    roles: Annotated[list[Role], Meta(examples=[["instructor"]])]
    created_at: datetime


class UserDisabled(Struct, frozen=True, kw_only=True):
    user_id: UserId
    email: Annotated[str, Meta(examples=["ines@school.example"])]
    merged_into: Annotated[
        UUID | None, Meta(description="The account that has all that this one had.")
    ]


CREATED = news.on("user.created", UserCreated, "An account was made, or somebody was invited.")
DISABLED = news.on("user.disabled", UserDisabled, "An account was disabled, or merged away.")


def created(user: User) -> UserCreated:
    return UserCreated(
        user_id=user.id,
        email=user.email,
        name=user.name,
        roles=sorted(user.roles),
        created_at=user.created_at,
    )


def disabled(user: User) -> UserDisabled:
    return UserDisabled(user_id=user.id, email=user.email, merged_into=user.merged_into)
