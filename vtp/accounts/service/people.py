"""People as they are seen: by themselves, by those who look after a school, by each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from vtp.accounts import fields
from vtp.accounts.model import Standing, User
from vtp.accounts.service.links import recipient
from vtp.accounts.store import directory, users
from vtp.accounts.store.directory import Sought
from vtp.actor import Actor, Role
from vtp.audit.service import Audit
from vtp.db import Database, Db
from vtp.errors import Forbidden, NotFound, Unauthenticated
from vtp.ids import UserId
from vtp.mail.model import Recipient

OVERSEERS = frozenset({Role.ADMIN, Role.MANAGER})


class People:
    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit

    async def me(self, actor: Actor) -> User:
        user = await users.by_id(self._db, actor.require_user())
        if user is None:
            raise Unauthenticated
        return user

    async def viewer(self, actor: Actor) -> Mapping[str, Any] | None:
        """What a page shows of the person who looks at it (`vtp.edge.html.Viewer`)."""
        if actor.user_id is None:
            return None
        user = await users.by_id(self._db, actor.user_id)
        if user is None:
            return None
        return {
            "id": str(user.id),
            "name": user.name,
            "email": user.email,
            "initials": user.initials,
            "roles": sorted(role.value for role in user.roles),
            "theme": user.theme,
            "time_zone": user.time_zone,
            "language": user.language,
            "picture_url": picture_url(user),
            "verified": user.email_verified_at is not None,
        }

    async def update_me(
        self,
        actor: Actor,
        *,
        name: str | None = None,
        time_zone: str | None = None,
        theme: str | None = None,
        language: str | None = None,
    ) -> User:
        """None leaves a field as it is."""
        user_id = actor.require_user()
        good = fields.together(
            **({"name": lambda: fields.name(name)} if name is not None else {}),
            **({"time_zone": lambda: fields.time_zone(time_zone)} if time_zone is not None else {}),
            **({"theme": lambda: fields.theme(theme)} if theme is not None else {}),
            **({"language": lambda: fields.language(language)} if language is not None else {}),
        )
        async with self._db.transaction() as tx:
            user = await users.set_profile(
                tx,
                user_id,
                name=good.get("name"),
                time_zone=good.get("time_zone"),
                theme=good.get("theme"),
                language=good.get("language"),
            )
            if user is None:
                raise Unauthenticated
            await self._audit.record(
                tx,
                actor,
                action="changed",
                noun="user",
                target_id=user_id,
                details={"fields": sorted(good)},
            )
        return user

    async def by_id(self, actor: Actor, user_id: UUID) -> User:
        """Oneself, and for admins and managers everybody."""
        seen = actor.user_id == user_id or actor.has(*OVERSEERS)
        user = await users.by_id(self._db, user_id) if seen else None
        if user is None:
            raise NotFound
        if actor.user_id not in (None, user_id):
            await self._audit.record_alone(actor, action="read", noun="user", target_id=user_id)
        return user

    async def listed(
        self,
        actor: Actor,
        *,
        words: str,
        role: Role | None = None,
        standing: Standing | None = None,
        after: tuple[str, UUID] | None,
        limit: int,
    ) -> list[User]:
        if not actor.has(*OVERSEERS):
            raise Forbidden
        if actor.user_id is not None:
            await self._audit.record_alone(
                actor, action="listed", noun="user", details={"words": words} if words else {}
            )
        sought = Sought(words=words, role=role, standing=standing)
        return await directory.listed(self._db, sought, after=after, limit=limit)

    # --- for the record of what was done (`vtp.audit.service.reading.Names`) --------------------
    async def names(self, ids: Iterable[UUID]) -> Mapping[UUID, str]:
        return await directory.names(self._db, ids)

    async def matching(self, words: str, *, limit: int) -> Sequence[UUID]:
        sought = Sought(words=words)
        found = await directory.listed(self._db, sought, after=None, limit=limit)
        return [user.id for user in found]


async def addressee(db: Db, user_id: UserId) -> Recipient | None:
    """Where a person is reached (`vtp.mail.service.Addressee`); a closed account nowhere."""
    user = await users.by_id(db, user_id)
    return recipient(user) if user and user.disabled_at is None else None


def picture_url(user: User) -> str | None:
    """Where the picture is. It names its version, so a browser may keep it for ever."""
    if user.picture_id is None:
        return None
    return f"/api/v1/users/{user.id}/picture?v={user.picture_id}"
