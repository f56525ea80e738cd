"""What people may ask for about themselves, and settings that change while the program runs."""

from vtp.db.scripts import run

revision = "0014"
down_revision = "0013"

UP = """
-- An erased account stays as a row without a person, so that what refers to it still counts.
alter table app_user
    add column erased_at timestamptz,
    add constraint app_user_erased_is_closed check (erased_at is null or disabled_at is not null);

create table erasure_request (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    state text not null check (state in ('open', 'done', 'refused', 'withdrawn')),
    asked_at timestamptz not null,
    decided_at timestamptz,
    decided_by uuid,
    -- Why it was refused, as the person is told.
    reason text not null default '' check (length(reason) <= 500),
    check ((decided_at is null) = (state = 'open'))
);
create unique index erasure_request_open on erasure_request (user_id) where state = 'open';
create index erasure_request_of_user on erasure_request (user_id, id desc);

-- The last file that somebody had made of everything held about them.
create table takeout (
    user_id uuid primary key references app_user on delete cascade,
    job_id uuid not null,
    asked_at timestamptz not null,
    made_at timestamptz,
    bytes bigint check (bytes >= 0),
    expires_at timestamptz,
    check ((made_at is null) = (bytes is null)),
    check ((made_at is null) = (expires_at is null))
);

-- Only what differs from the configuration.
create table setting (
    name text primary key check (length(name) <= 100),
    value jsonb not null,
    changed_by uuid,
    changed_at timestamptz not null
);

-- Whoever listens reads all of them again.
create function setting_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('vtp_setting', '');
    return null;
end;
$$;
create trigger setting_changed after insert or update or delete on setting
    for each statement execute function setting_changed();
"""

DOWN = """
drop table setting;
drop function setting_changed();
drop table takeout;
drop table erasure_request;
alter table app_user drop column erased_at;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
