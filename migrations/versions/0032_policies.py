"""Policies that courses change, breaks in classes, and what was made up."""

from vtp.db.scripts import run

revision = "0032"
down_revision = "0031"

UP = """
-- Since when a class is planned: the policy that held then is its policy.
alter table class_session add column planned_at timestamptz not null default now();

-- Whether a version is also for the classes that were planned before it and had not begun.
alter table attendance_policy add column also_planned boolean not null default true;

-- By staff: nothing was required of anybody then. Null while it goes on.
create table class_break (
    session_id uuid not null references class_session on delete cascade,
    since timestamptz not null,
    until timestamptz check (until > since),
    primary key (session_id, since)
);

-- When those who missed it were told that they can catch up; null: not yet.
alter table class_register add column told_at timestamptz;

alter table class_mark drop column mark;
alter table class_mark add column made_up_at timestamptz;
-- Of the recording, live and watched together.
alter table class_mark add column made_up_share double precision
    check (made_up_share between 0 and 1);
alter table class_mark add check ((made_up_at is null) = (made_up_share is null));
alter table class_mark add column mark text not null generated always as (
    coalesce(override, case when made_up_at is null then computed else 'made_up' end)) stored;
"""

DOWN = """
alter table class_mark drop column mark;
alter table class_mark drop column made_up_share;
alter table class_mark drop column made_up_at;
alter table class_mark add column mark text not null
    generated always as (coalesce(override, computed)) stored;
alter table class_register drop column told_at;
drop table class_break;
alter table attendance_policy drop column also_planned;
alter table class_session drop column planned_at;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
