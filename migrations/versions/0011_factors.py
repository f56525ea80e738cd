"""Second factors, passkeys and accounts of other providers."""

from vtp.db.scripts import run

revision = "0011"
down_revision = "0010"

UP = """
alter table session
    -- What was proved to begin it, and when that, or something like it, was last proved again.
    add column proved_by text not null default 'password'
        check (proved_by in ('password', 'code', 'recovery', 'passkey', 'provider')),
    add column proved_at timestamptz,
    -- Of the device, where a script could tell it.
    add column time_zone text not null default '' check (length(time_zone) <= 64);

create table authenticator (
    user_id uuid primary key references app_user on delete cascade,
    -- Sealed with a key from the secrets folder: a stolen table makes no codes.
    secret bytea not null check (octet_length(secret) between 16 and 200),
    -- The time step of the last code that was taken; a later one must be newer.
    last_step bigint not null,
    created_at timestamptz not null
);

create table recovery_code (
    user_id uuid not null references app_user on delete cascade,
    code_hash bytea not null check (octet_length(code_hash) = 32),
    used_at timestamptz,
    primary key (user_id, code_hash)
);

create table passkey (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    credential_id bytea not null unique check (octet_length(credential_id) between 1 and 1023),
    public_key bytea not null check (octet_length(public_key) <= 2048),
    -- 0 for those that do not count.
    sign_count bigint not null,
    transports text[] not null,
    name text not null check (length(name) between 1 and 100),
    -- Whether it travels between devices of its owner, and whether it did.
    syncable boolean not null,
    backed_up boolean not null,
    created_at timestamptz not null,
    last_used_at timestamptz
);
create index passkey_of_user on passkey (user_id, id);

-- An account that a person has elsewhere. The issuer is what a provider calls itself for ever.
create table identity (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    issuer text not null check (length(issuer) between 1 and 500),
    subject text not null check (length(subject) between 1 and 255),
    -- What the provider called it, so that its owner can tell which it is.
    label text not null check (length(label) <= 254),
    created_at timestamptz not null,
    last_used_at timestamptz,
    unique (issuer, subject)
);
create index identity_of_user on identity (user_id, id);

-- What somebody was asked to prove, or to come back with, within minutes and once.
create table challenge (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    kind text not null check (length(kind) between 1 and 32),
    user_id uuid references app_user on delete cascade,
    facts jsonb not null,
    failures smallint not null default 0,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index challenge_expiry on challenge (expires_at);
create index challenge_of_user on challenge (user_id) where user_id is not null;
"""

DOWN = """
drop table challenge;
drop table identity;
drop table passkey;
drop table recovery_code;
drop table authenticator;
alter table session drop column proved_by, drop column proved_at, drop column time_zone;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
