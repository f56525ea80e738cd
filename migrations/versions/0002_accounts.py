"""People, and what proves who they are: sessions, API keys, the set-up link of the first admin."""

from vtp.db.scripts import run

revision = "0002"
down_revision = "0001"

UP = """
create table app_user (
    id uuid primary key,
    email citext not null
        constraint app_user_email_key unique
        check (length(email::text) between 3 and 254),
    name text not null check (length(name) between 1 and 100),
    time_zone text not null default 'UTC' check (length(time_zone) between 1 and 64),
    theme text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
    roles text[] not null check (
        cardinality(roles) > 0
        and roles <@ array['admin', 'manager', 'editor', 'instructor', 'advanced', 'student']
    ),
    -- Null: no password opens this account.
    password_hash text check (length(password_hash) between 1 and 200),
    -- Counts changes of the password, not of its hash: a sign-in that began before one is void.
    password_version integer not null default 0,
    picture_id uuid,
    -- The upload that is being made into a picture; a later one replaces it.
    picture_upload_id uuid,
    -- Its password is public: it opens nothing unless the server was started to show itself.
    demo boolean not null default false,
    created_at timestamptz not null,
    disabled_at timestamptz
);
create index app_user_by_name on app_user (lower(name), id);
create index app_user_search on app_user using gin ((name || ' ' || email::text) gin_trgm_ops);
create index app_user_admin on app_user (id) where roles @> array['admin'];

create table session (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    kind text not null check (kind in ('browser', 'client')),
    -- SHA-256 of the cookie. A client has signed tokens instead, and a count of their renewals.
    cookie_hash bytea unique check (octet_length(cookie_hash) = 32),
    generation integer not null default 0,
    renewed_at timestamptz not null,
    address text not null check (length(address) <= 64),
    agent text not null check (length(agent) <= 256),
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    check ((kind = 'browser') = (cookie_hash is not null))
);
create index session_of_user on session (user_id, id);
create index session_expiry on session (expires_at);

create table api_key (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    name text not null check (length(name) between 1 and 100),
    -- The first characters, so that its owner can tell which it is.
    prefix text not null check (length(prefix) <= 16),
    key_hash bytea not null unique check (octet_length(key_hash) = 32),
    -- Null: everything that the roles of its owner allow.
    scopes text[] check (cardinality(scopes) between 1 and 200),
    created_at timestamptz not null,
    expires_at timestamptz,
    last_used_at timestamptz
);
create index api_key_of_user on api_key (user_id, id);
create index api_key_expiry on api_key (expires_at) where expires_at is not null;

create table setup_link (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    created_at timestamptz not null,
    expires_at timestamptz not null
);
"""

DOWN = """
drop table setup_link;
drop table api_key;
drop table session;
drop table app_user;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
