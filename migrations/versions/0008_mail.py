"""Mail to be sent, notices in the page, links that prove an address."""

from vtp.db.scripts import run

revision = "0008"
down_revision = "0007"

UP = """
alter table app_user
    add column language text not null default 'en' check (length(language) between 2 and 35),
    -- Null: nobody has shown yet that they read what is sent there.
    add column email_verified_at timestamptz;

create table mail (
    id uuid primary key,
    -- Null: about nobody's account.
    user_id uuid references app_user on delete cascade,
    address citext not null check (length(address::text) between 3 and 254),
    topic text not null check (length(topic) <= 100),
    language text not null,
    time_zone text not null,
    values jsonb not null,
    -- The path that its button leads to, without its secret end.
    path text not null check (length(path) <= 500),
    -- That end, encrypted with a key outside of the database; null once it was sent or given up.
    sealed bytea check (octet_length(sealed) <= 500),
    -- 'kept': there is no mail server. 'sending': from before the first byte of the letter on.
    -- 'uncertain': it broke off there, and may have arrived.
    state text not null check (state in
        ('waiting', 'sending', 'sent', 'bounced', 'failed', 'uncertain', 'kept')),
    -- The run of a job that may say how the sending ended.
    run uuid,
    attempts integer not null default 0,
    error text not null default '' check (length(error) <= 500),
    dedupe_key text unique check (length(dedupe_key) <= 200),
    created_at timestamptz not null,
    -- What says something of use only for a time is not sent after it.
    not_after timestamptz not null,
    ended_at timestamptz,
    check ((ended_at is null) = (state in ('waiting', 'sending')))
);
create index mail_newest on mail (id desc);
create index mail_by_state on mail (state, id desc);
create index mail_sealed on mail (not_after) where sealed is not null;

-- Addresses at which mail was refused for good, until one arrives again.
create table mail_bounce (
    address citext primary key,
    reason text not null check (length(reason) <= 500),
    bounced_at timestamptz not null
);

create table notice (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    kind text not null check (length(kind) <= 100),
    values jsonb not null,
    link text not null check (length(link) <= 500),
    dedupe_key text check (length(dedupe_key) <= 200),
    created_at timestamptz not null,
    read_at timestamptz,
    unique (user_id, dedupe_key)
);
create index notice_of_user on notice (user_id, id desc);
create index notice_unread on notice (user_id) where read_at is null;
create index notice_age on notice (created_at);

-- Who listens is told whose they are, and counts.
create function notice_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('vtp_notice', coalesce(new.user_id, old.user_id)::text);
    return null;
end;
$$;
create trigger notice_changed after insert or update of read_at on notice
    for each row execute function notice_changed();

-- Only what somebody chose; null leaves a channel as the topic has it.
create table notice_preference (
    user_id uuid not null references app_user on delete cascade,
    topic text not null check (length(topic) <= 100),
    by_mail boolean,
    in_page boolean,
    primary key (user_id, topic)
);

-- What a mail carries and nobody else has: it proves that its bearer reads that address. Once.
create table mailed_link (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    user_id uuid not null references app_user on delete cascade,
    purpose text not null check (purpose in ('password', 'verify', 'change', 'undo')),
    address citext not null,
    -- Of the account when it was made: a password that was changed since ends it.
    password_version integer not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index mailed_link_of_user on mailed_link (user_id, purpose);
create index mailed_link_expiry on mailed_link (expires_at);
"""

DOWN = """
drop table mailed_link;
drop table notice_preference;
drop table notice;
drop function notice_changed();
drop table mail_bounce;
drop table mail;
alter table app_user drop column language, drop column email_verified_at;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
