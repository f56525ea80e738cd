"""Signing in with an account elsewhere, and connecting one to an account here.

An account is never taken over because its email is the same: its owner signs in here first.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec

from vtp.accounts import fields
from vtp.accounts.kinds import FACTOR_ADDED, FACTOR_REMOVED
from vtp.accounts.model import BrowserSession, Caller, Identity, Login, NewUser, ProvedBy
from vtp.accounts.oidc.claims import Claimed
from vtp.accounts.oidc.provider import Asked, Provider
from vtp.accounts.problems import (
    ChallengeEnded,
    ConnectFirst,
    IdentityTaken,
    LastWayIn,
    NoAccountHere,
    NoVerifiedEmail,
    SecondFactorMissing,
    SecondFactorNeeded,
)
from vtp.accounts.service.browsers import Browsers
from vtp.accounts.service.challenges import Challenges, Held
from vtp.accounts.service.endings import Endings
from vtp.accounts.service.newcomers import Newcomers
from vtp.accounts.service.proofs import Proofs
from vtp.accounts.service.second_step import SecondStep
from vtp.accounts.store import factors, identities, users
from vtp.actor import Actor, Role, Via
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import NotFound
from vtp.ids import IdentityId, UserId, uuid7
from vtp.notices.service import Notices

_LONGEST_LABEL = 254  # as an address


class ProviderAsked(msgspec.Struct, frozen=True):
    """Somebody was sent to a provider, and should come back with this."""

    provider: str
    nonce: str
    verifier: str
    to: str


class ConnectionOffered(msgspec.Struct, frozen=True):
    """Somebody showed an account elsewhere; it is connected once they sign in here."""

    issuer: str
    subject: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Sent:
    location: str
    state: str  # for a cookie: the answer must come to the same browser


@dataclass(frozen=True, slots=True)
class Shown:
    """An account elsewhere, shown by somebody who wants to connect it to the one they are in."""

    token: str


class Federation:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        notices: Notices,
        challenges: Challenges,
        proofs: Proofs,
        second_step: SecondStep,
        newcomers: Newcomers,
        browsers: Browsers,
        endings: Endings,
        providers: Mapping[str, Provider],
        origin: str,
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._notices = notices
        self._challenges = challenges
        self._proofs = proofs
        self._second_step = second_step
        self._newcomers = newcomers
        self._browsers = browsers
        self._endings = endings
        self._providers = providers
        self._origin = origin
        self._demo = demo

    @property
    def _titles(self) -> dict[str, str]:
        """By issuer, of those through which one can sign in."""
        return {one.options.issuer: one.title for one in self._providers.values()}

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Names and titles."""
        return [(name, provider.title) for name, provider in self._providers.items()]

    async def begin(self, name: str, *, to: str, connecting: UserId | None = None) -> Sent:
        """To sign in; or for somebody who is in, to connect what they have there."""
        provider = self._provider(name)
        facts = ProviderAsked(name, secrets.token_urlsafe(32), secrets.token_urlsafe(48), to)
        async with self._db.transaction() as tx:
            state = await self._challenges.issue(tx, facts, user_id=connecting)
        return Sent(await provider.question(state=state, asked=self._asked(facts)), state)

    async def finish(
        self, name: str, *, state: str, code: str, issuer: str, caller: Caller, replaces: str
    ) -> tuple[BrowserSession, str] | Shown:
        """A session and where to go on; `ConnectFirst` where the email has an account here."""
        provider = self._provider(name)
        async with self._db.transaction() as tx:
            held = await self._challenges.take(tx, state, ProviderAsked)
        facts = held.facts
        if facts.provider != name:
            raise ChallengeEnded
        who = await provider.who(code, issuer=issuer, asked=self._asked(facts))
        if held.user_id is not None:
            label = who.email or who.name or provider.title
            return Shown(await self._offer(provider, who, label, user_id=held.user_id))
        user_id = await self._known(provider, who) or await self._newcomer(provider, who)
        login = await users.login_of(self._db, user_id, demo=self._demo)
        if login is None or not login.open:
            raise NoAccountHere
        if provider.options.second_factor:
            await self._require_second_step(login, to=facts.to)
        opened = await self._browsers.open(
            login, caller, proved_by=ProvedBy.PROVIDER, replaces=replaces
        )
        return opened, facts.to

    async def _require_second_step(self, login: Login, *, to: str) -> None:
        """It goes on where the way to the provider would have led."""
        try:
            await self._second_step.require(login)
        except (SecondFactorNeeded, SecondFactorMissing) as asked:
            asked.to = to
            raise

    async def _offer(
        self, provider: Provider, who: Claimed, label: str, *, user_id: UserId | None
    ) -> str:
        facts = ConnectionOffered(who.issuer, who.subject, label[:_LONGEST_LABEL], provider.title)
        async with self._db.transaction() as tx:
            return await self._challenges.issue(tx, facts, user_id=user_id)

    async def offer(self, actor: Actor, token: str) -> ConnectionOffered:
        """What is waiting to be connected; else `ChallengeEnded`."""
        async with self._db.transaction() as tx:
            return _for(actor, await self._challenges.hold(tx, token, ConnectionOffered))

    async def connect(self, actor: Actor, token: str) -> None:
        """Its owner has signed in here, just now, and wants it."""
        await self._proofs.require(actor)
        async with self._db.transaction() as tx:
            offered = _for(actor, await self._challenges.take(tx, token, ConnectionOffered))
            await self._keep(
                tx,
                actor,
                Identity(
                    id=IdentityId(uuid7()),
                    user_id=actor.require_user(),
                    issuer=offered.issuer,
                    subject=offered.subject,
                    label=offered.label,
                    created_at=self._clock.now(),
                ),
            )
            said = {"factor": f"Your account at {offered.title}"}
            await self._notices.tell(tx, actor.require_user(), FACTOR_ADDED, said)

    async def listed(self, actor: Actor) -> list[tuple[Identity, str]]:
        """With the title of the provider, or its address where it is not configured any more."""
        found = await identities.of_user(self._db, actor.require_user())
        return [(one, self._titles.get(one.issuer, one.issuer)) for one in found]

    async def disconnect(self, actor: Actor, identity_id: UUID) -> None:
        await self._proofs.require(actor)
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            gone = await identities.delete(tx, identity_id, user_id=user_id)
            if gone is None:
                raise NotFound
            left = await factors.of(tx, user_id)
            others = {one.issuer for one in await identities.of_user(tx, user_id)}
            if not left.password and not left.passkeys and others.isdisjoint(self._titles):
                raise LastWayIn
            await self._audit.record(
                tx, actor, action="removed", noun="identity", target_id=identity_id
            )
            said = {"factor": f"Your account {gone.label}"}
            await self._notices.tell(tx, user_id, FACTOR_REMOVED, said)

    async def _known(self, provider: Provider, who: Claimed) -> UserId | None:
        async with self._db.transaction() as tx:
            found = await identities.found(tx, issuer=who.issuer, subject=who.subject)
            if found is None:
                return None
            await identities.used(tx, found.id, now=self._clock.now())
            changed = await self._follow(tx, provider, who, found.user_id)
        if changed:
            await self._endings.changed(found.user_id)
        return found.user_id

    async def _follow(self, tx: Db, provider: Provider, who: Claimed, user_id: UserId) -> bool:
        """Roles as the provider says them; whoever looks after the server stays what they are."""
        user = await users.by_id(tx, user_id)
        wanted = who.roles or frozenset({Role.STUDENT})
        if not provider.options.follow_roles or user is None or Role.ADMIN in user.roles:
            return False
        if user.roles == wanted:
            return False
        await users.set_roles(tx, user_id, wanted)
        await self._audit.record(
            tx,
            _by(user_id),
            action="roles_followed",
            noun="user",
            target_id=user_id,
            details={"roles": sorted(wanted), "provider": provider.name},
        )
        return True

    async def _newcomer(self, provider: Provider, who: Claimed) -> UserId:
        email = self._email(provider, who)
        if await users.by_email(self._db, email) is not None:
            raise ConnectFirst(await self._offer(provider, who, email, user_id=None))
        if not provider.options.create:
            raise NoAccountHere
        return await self._make(who, email)

    def _email(self, provider: Provider, who: Claimed) -> str:
        email = fields.email_or_nothing(who.email)
        if not email or not (who.email_verified or provider.options.trust_email):
            raise NoVerifiedEmail
        domains = {one.casefold() for one in provider.options.domains}
        if domains and email.rpartition("@")[2].casefold() not in domains:
            raise NoAccountHere
        return email

    async def _make(self, who: Claimed, email: str) -> UserId:
        try:
            name = fields.name(who.name[: fields.MAX_NAME])
        except fields.InvalidField:
            name = email.partition("@")[0]
        now = self._clock.now()
        new = NewUser(
            id=UserId(uuid7()),
            email=email,
            name=name,
            roles=who.roles or frozenset({Role.STUDENT}),
            password_hash=None,
            created_at=now,
        )
        async with self._db.transaction() as tx:
            user = await self._newcomers.insert(tx, new)
            await users.set_verified(tx, user.id, address=email, at=now)
            made = Identity(
                id=IdentityId(uuid7()),
                user_id=user.id,
                issuer=who.issuer,
                subject=who.subject,
                label=email,
                created_at=now,
            )
            await self._keep(tx, _by(user.id), made)
        return user.id

    async def _keep(self, tx: Db, actor: Actor, identity: Identity) -> None:
        if not await identities.insert(tx, identity):
            raise IdentityTaken
        await self._audit.record(
            tx,
            actor,
            action="connected",
            noun="identity",
            target_id=identity.id,
            details={"issuer": identity.issuer, "label": identity.label},
        )

    def _asked(self, facts: ProviderAsked) -> Asked:
        redirect = f"{self._origin}/login/with/{facts.provider}/back"
        return Asked(nonce=facts.nonce, verifier=facts.verifier, redirect=redirect)

    def _provider(self, name: str) -> Provider:
        if (provider := self._providers.get(name)) is None:
            raise NotFound
        return provider


def _for(actor: Actor, held: Held[ConnectionOffered]) -> ConnectionOffered:
    """Whoever showed it while they were in here connects it to that account alone."""
    if held.user_id not in (None, actor.user_id):
        raise ChallengeEnded
    return held.facts


def _by(user_id: UserId) -> Actor:
    """Whoever comes from a provider, for the record: nothing is decided by it."""
    return Actor(user_id, frozenset(), Via.NOTHING)
