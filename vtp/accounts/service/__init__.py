"""Accounts: the services of one application, made and closed together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypedDict

from vtp import settings
from vtp.accounts.access import AccessTokens
from vtp.accounts.ceremonies import Site, site
from vtp.accounts.keyring import Secrets
from vtp.accounts.marks import Marks
from vtp.accounts.oidc.provider import Provider
from vtp.accounts.passwords import Passwords
from vtp.accounts.sealing import Sealing
from vtp.accounts.service.addresses import Addresses
from vtp.accounts.service.administration import Administration
from vtp.accounts.service.arrivals import Arrivals
from vtp.accounts.service.browsers import Browsers
from vtp.accounts.service.care import Care, care
from vtp.accounts.service.clients import Clients
from vtp.accounts.service.credentials import Credentials
from vtp.accounts.service.endings import Endings, OnChanged, OnEnded
from vtp.accounts.service.federation import Federation
from vtp.accounts.service.first_admin import FirstAdmin
from vtp.accounts.service.guesses import Guesses
from vtp.accounts.service.imports import Imports
from vtp.accounts.service.invitations import Invitations
from vtp.accounts.service.links import Links
from vtp.accounts.service.merging import Belongings, Merging
from vtp.accounts.service.newcomers import Newcomers
from vtp.accounts.service.own_keys import OwnKeys
from vtp.accounts.service.own_password import OwnPassword, StrengthLimit
from vtp.accounts.service.own_sessions import OwnSessions
from vtp.accounts.service.people import People
from vtp.accounts.service.pictures import OwnJobs, PictureLimit, Pictures
from vtp.accounts.service.proving import Ground, Proving, proving
from vtp.accounts.service.recent import Recent
from vtp.accounts.service.recovery import MailLimit, Recovery
from vtp.accounts.service.sign_in import RegistrationLimit, SignIn
from vtp.accounts.throttle import Throttle
from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.blob.port import Blobs
from vtp.clock import Clock
from vtp.db import Database
from vtp.mail.service import Mails
from vtp.notices.service import Notices
from vtp.webhooks.service import Webhooks

# s and entries; how late an ending of another process is noticed here.
_STALE = 1.0
_REMEMBERED = 4096


class _Noting(TypedDict):
    """For services that write down what is done, and when."""

    clock: Clock
    audit: Audit


class _Ending(_Noting):
    """For those that also end what was signed in."""

    endings: Endings


class _Letters(TypedDict):
    """For those that write to people."""

    made: Links
    mails: Mails
    notices: Notices
    demo: bool


class _Writing(_Letters):
    """For those that write because somebody whom we may not know asked for it."""

    limit: MailLimit


class _Tended(_Letters):
    """For what looks after people."""

    jobs: OwnJobs
    belongings: Sequence[Belongings]


class _Beginning(_Ending):
    """For those that begin sessions."""

    options: settings.Auth
    marks: Marks
    arrivals: Arrivals


class _New(TypedDict):
    """For those that make accounts."""

    options: settings.Auth
    newcomers: Newcomers
    addresses: Addresses
    demo: bool


class _Words(TypedDict):
    """For those that change passwords."""

    passwords: Passwords
    guesses: Guesses
    notices: Notices


class _Place(TypedDict):
    """Where proofs are given and kept."""

    sealing: Sealing
    site: Site
    demo: bool


class _Guards(TypedDict):
    """What the ways in are guarded with."""

    origin: str
    providers: Mapping[str, Provider]
    limit: Limit


class _Coming(TypedDict):
    """For those that let people in."""

    browsers: Browsers
    clients: Clients


class Limit(RegistrationLimit, PictureLimit, MailLimit, StrengthLimit, Protocol):
    """What is not to be done too often, beside guessing passwords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Own it with `open_accounts`, which closes it."""

    credentials: Credentials  # who a cookie, token or key stands for: `edge.Authenticate`
    sign_in: SignIn  # register, sign in with a password
    password: OwnPassword
    proving: Proving  # second factors, passkeys, fresh proofs
    federation: Federation  # accounts elsewhere
    recovery: Recovery  # a new password by mail
    addresses: Addresses  # shown to be read, changed, changed back
    clients: Clients  # refresh tokens
    sessions: OwnSessions
    keys: OwnKeys
    people: People
    pictures: Pictures
    care: Care
    first_admin: FirstAdmin
    endings: Endings

    @property
    def administration(self) -> Administration:
        return self.care.administration

    @property
    def invitations(self) -> Invitations:
        return self.care.invitations

    @property
    def imports(self) -> Imports:
        return self.care.imports

    @property
    def merging(self) -> Merging:
        return self.care.merging

    @property
    def on_ended(self) -> list[OnEnded]:
        """Who is called when a credential has ended; None stands for all of a person."""
        return self.endings.on_ended

    @property
    def on_changed(self) -> list[OnChanged]:
        """Who is called when the credentials of a person allow something else than before."""
        return self.endings.on_changed


@asynccontextmanager
async def open_accounts(
    db: Database,
    *,
    clock: Clock,
    audit: Audit,
    options: settings.Auth,
    oidc: Mapping[str, settings.Provider],
    secrets: Secrets,
    origin: str,
    school: settings.School,
    limit: Limit,
    scopes: frozenset[str],
    blobs: Blobs,
    jobs: OwnJobs,
    mails: Mails,
    notices: Notices,
    webhooks: Webhooks,
    belongings: Sequence[Belongings],
    demo: bool,
) -> AsyncIterator[Accounts]:
    """`origin` is the public one, `scopes` are all that the routes know."""
    recent: Recent[Actor] = Recent(age=_STALE, entries=_REMEMBERED)
    endings, marks = Endings(recent), Marks(secrets.keyring)
    access = AccessTokens(secrets.keyring, issuer=origin, lifetime=options.access_lifetime)
    ending = _Ending(clock=clock, audit=audit, endings=endings)
    made = Links(db, clock=clock, options=options, demo=demo)
    letters = _Letters(made=made, mails=mails, notices=notices, demo=demo)
    writing = _Writing(**letters, limit=limit)
    beginning = _Beginning(**ending, options=options, marks=marks, arrivals=Arrivals(notices))
    async with _passwords(options, secrets) as passwords:
        newcomers = Newcomers(passwords, clock, webhooks)
        guesses = Guesses(passwords, _throttle(options), clock)
        words = _Words(passwords=passwords, guesses=guesses, notices=notices)
        coming = _coming(db, beginning, access=access, demo=demo)
        place = _Place(sealing=Sealing(secrets.pepper), site=site(origin, school=school), demo=demo)
        proven = _proving(db, beginning, words, coming, **place)
        addresses = Addresses(db, **ending, **writing, guesses=guesses, proofs=proven.proofs)
        new = _New(options=options, newcomers=newcomers, addresses=addresses, demo=demo)
        guards = _Guards(origin=origin, providers=_providers(oidc, clock), limit=limit)
        tended = _Tended(**letters, jobs=jobs, belongings=belongings)
        ways = _ways(db, beginning, new, words, coming, proven=proven, **guards)
        yield Accounts(
            credentials=Credentials(
                db, clock=clock, options=options, access=access, recent=recent, demo=demo
            ),
            sign_in=ways.sign_in,
            password=ways.password,
            proving=proven,
            federation=ways.federation,
            recovery=Recovery(db, **ending, **writing, passwords=passwords, jobs=jobs),
            addresses=addresses,
            clients=coming["clients"],
            sessions=OwnSessions(db, **ending),
            keys=OwnKeys(db, **ending, scopes=scopes),
            people=People(db, audit),
            pictures=Pictures(db, audit=audit, blobs=blobs, jobs=jobs, limit=limit),
            care=care(db, newcomers, **ending, **tended),
            first_admin=FirstAdmin(db, clock=clock, audit=audit, **new, origin=origin),
            endings=endings,
        )


def _providers(oidc: Mapping[str, settings.Provider], clock: Clock) -> dict[str, Provider]:
    return {name: Provider(name, one, clock) for name, one in oidc.items()}


def _coming(db: Database, beginning: _Beginning, *, access: AccessTokens, demo: bool) -> _Coming:
    return _Coming(
        browsers=Browsers(db, **beginning),
        clients=Clients(db, **beginning, access=access, demo=demo),
    )


def _proving(
    db: Database,
    beginning: _Beginning,
    words: _Words,
    coming: _Coming,
    *,
    sealing: Sealing,
    site: Site,
    demo: bool,
) -> Proving:
    return proving(
        Ground(
            db=db,
            clock=beginning["clock"],
            audit=beginning["audit"],
            options=beginning["options"],
            notices=words["notices"],
            sealing=sealing,
            site=site,
            guesses=words["guesses"],
            demo=demo,
            **coming,
        )
    )


class _Ways(NamedTuple):
    """The ways in that stand on what proves who somebody is."""

    sign_in: SignIn
    password: OwnPassword
    federation: Federation


def _ways(
    db: Database,
    beginning: _Beginning,
    new: _New,
    words: _Words,
    coming: _Coming,
    *,
    proven: Proving,
    origin: str,
    providers: Mapping[str, Provider],
    limit: Limit,
) -> _Ways:
    demo, audit, endings = new["demo"], beginning["audit"], beginning["endings"]
    sign_in = SignIn(
        db,
        **new,
        **coming,
        audit=audit,
        passwords=words["passwords"],
        guesses=words["guesses"],
        second_step=proven.second_step,
        limit=limit,
    )
    password = OwnPassword(
        db, **words, audit=audit, endings=endings, proofs=proven.proofs, limit=limit, demo=demo
    )
    federation = Federation(
        db,
        clock=beginning["clock"],
        audit=audit,
        notices=words["notices"],
        challenges=proven.challenges,
        proofs=proven.proofs,
        second_step=proven.second_step,
        newcomers=new["newcomers"],
        browsers=coming["browsers"],
        endings=endings,
        providers=providers,
        origin=origin,
        demo=demo,
    )
    return _Ways(sign_in, password, federation)


@asynccontextmanager
async def open_administration(
    db: Database,
    *,
    clock: Clock,
    audit: Audit,
    options: settings.Auth,
    secrets: Secrets,
    notices: Notices,
    webhooks: Webhooks,
    demo: bool = False,
) -> AsyncIterator[Administration]:
    """For the command line: what changes accounts, without what lets people in."""
    async with _passwords(options, secrets) as passwords:
        yield Administration(
            db,
            clock=clock,
            audit=audit,
            passwords=passwords,
            newcomers=Newcomers(passwords, clock, webhooks),
            webhooks=webhooks,
            endings=Endings(Recent(age=_STALE, entries=0)),
            notices=notices,
            demo=demo,
        )


def _throttle(options: settings.Auth) -> Throttle:
    return Throttle(
        per_pair=options.failures_per_pair,
        per_place=options.failures_per_address,
        window=options.failures_window,
    )


@asynccontextmanager
async def _passwords(options: settings.Auth, secrets: Secrets) -> AsyncIterator[Passwords]:
    passwords = Passwords(
        secrets.pepper,
        cost=options.bcrypt_cost,
        threads=options.hash_threads,
        queue=options.hash_queue,
    )
    try:
        yield passwords
    finally:
        await passwords.close()
