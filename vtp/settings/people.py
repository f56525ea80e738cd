"""The settings of accounts, of the providers where people have one already, and of mail."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from vtp.settings.section import Count, Pause, Positive, Section, Spare

# As in `vtp.actor.Role`, which stands above.
_ROLES = ("admin", "manager", "editor", "instructor", "advanced", "student")


class Auth(Section, frozen=True, kw_only=True):
    open_registration: bool = True
    session_lifetime: Positive = 2_592_000.0
    session_idle: Positive = 1_209_600.0
    access_lifetime: Annotated[float, msgspec.Meta(gt=0, le=900)] = 900.0
    refresh_lifetime: Positive = 2_592_000.0
    # However often a client renews its tokens, it signs in again after this.
    client_lifetime: Positive = 31_536_000.0
    # A refresh token that was just used gives the same answer again, in case that one was lost.
    refresh_grace: Pause = 10.0
    setup_lifetime: Positive = 3_600.0
    # Links that are mailed: to a new password, to prove an address, to take its change back.
    reset_lifetime: Positive = 3_600.0
    verify_lifetime: Positive = 259_200.0
    undo_lifetime: Positive = 604_800.0
    invite_lifetime: Positive = 604_800.0
    bcrypt_cost: Annotated[int, msgspec.Meta(ge=4, le=16)] = 12
    hash_threads: Count = 1
    hash_queue: Spare = 32
    # Wrong passwords per account and address, and per address.
    failures_per_pair: Count = 5
    failures_per_address: Count = 200
    failures_window: Positive = 900.0
    # People of these roles need a second factor: at their next sign-in they set one up.
    second_factor_roles: tuple[str, ...] = ()
    # Wrong codes for one account, from wherever, and how long they count.
    code_failures: Count = 10
    code_window: Positive = 3_600.0
    # How long there is time for a second step, a passkey, or a provider's page.
    challenge_lifetime: Positive = 600.0
    # How long a proof of who one is lasts for what could take the account away.
    proof_lifetime: Positive = 600.0

    def __post_init__(self) -> None:
        if unknown := set(self.second_factor_roles) - set(_ROLES):
            raise ValueError(f"second_factor_roles has {', '.join(sorted(unknown))}, no roles")


class Provider(Section, frozen=True, kw_only=True):
    """A place where people have an account already, by OpenID Connect; `[oidc.<name>]`."""

    # On the button; empty: its name.
    title: str = ""
    issuer: str = ""
    client_id: str = ""
    # Empty: a public client, which has PKCE alone.
    client_secret: str = ""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    # Whether people who have no account here get one, and only with emails of these domains.
    create: bool = False
    domains: tuple[str, ...] = ()
    # Believe emails that the provider does not call verified.
    trust_email: bool = False
    # Where it names groups or roles, and which of ours each gives; else people are students.
    roles_claim: str = ""
    roles: dict[str, Literal["manager", "editor", "instructor", "advanced", "student"]] = (
        msgspec.field(default_factory=dict)
    )
    # Whether roles follow at every sign-in.
    follow_roles: bool = False
    # Whether our second step is asked as well, of those who have or need one.
    second_factor: bool = True


class Mail(Section, frozen=True, kw_only=True):
    # The mail server that takes what we write; empty: nothing is sent.
    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 587
    security: Literal["starttls", "implicit", "none"] = "starttls"
    # Certificates that sign that of the mail server, in PEM; empty: those of the system.
    ca_file: str = ""
    user: str = ""
    password: str = ""
    # Empty: no-reply@ the host of server.url, and the name of the school.
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    # For each step of the conversation with the mail server.
    timeout: Positive = 30.0
    # Between two tries, doubling from the first to the second.
    retry_base: Positive = 60.0
    retry_cap: Positive = 3_600.0
    # After so long the list of mails forgets one that was sent or given up.
    keep: Pause = 2_592_000.0


class Notices(Section, frozen=True, kw_only=True):
    keep: Positive = 15_552_000.0
