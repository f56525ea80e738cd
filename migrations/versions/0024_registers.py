"""What of each class is required, who was there for it, and the marks that follow."""

from vtp.db.scripts import run

revision = "0024"
down_revision = "0023"

UP = """
-- The words of a course about attendance. A version is never changed; another follows it.
create table attendance_policy (
    course_id uuid not null references course on delete cascade,
    version integer not null check (version > 0),
    policy jsonb not null,
    by_id uuid references app_user on delete set null,
    created_at timestamptz not null,
    primary key (course_id, version)
);

create table class_register (
    session_id uuid primary key references class_session on delete cascade,
    -- 0: the policy that every course begins with.
    policy_version integer not null default 0 check (policy_version >= 0),
    -- From the first picture or sound of who teaches until the end; null: nobody taught.
    taught tstzrange check (not isempty(taught)),
    outages tstzmultirange not null default '{}',
    computed_at timestamptz not null,
    -- From then on only people change a mark, and what was watched in time.
    final_at timestamptz not null,
    confirmed_at timestamptz,
    confirmed_by uuid references app_user on delete set null
);
create index class_register_by_end on class_register (final_at);

create table class_mark (
    session_id uuid not null references class_register on delete cascade,
    user_id uuid not null references app_user,
    facts jsonb not null,
    need_ms bigint not null check (need_ms >= 0),
    present_ms bigint not null check (present_ms between 0 and need_ms),
    computed text not null
        check (computed in ('present', 'late', 'left_early', 'partial', 'absent', 'made_up')),
    -- By staff, with their reason; what was computed is kept beside it.
    override text check (override in
        ('present', 'late', 'left_early', 'partial', 'absent', 'made_up', 'excused')),
    override_why text check (length(override_why) between 1 and 500),
    override_by uuid references app_user on delete set null,
    override_at timestamptz,
    mark text not null generated always as (coalesce(override, computed)) stored,
    -- A student does not agree, and what they were told.
    contested text check (length(contested) between 1 and 1000),
    contested_at timestamptz,
    answer text check (length(answer) between 1 and 1000),
    answered_at timestamptz,
    primary key (session_id, user_id),
    check ((override is null) = (override_why is null)),
    check ((override is null) = (override_at is null)),
    check ((contested is null) = (contested_at is null)),
    check ((answer is null) = (answered_at is null))
);
create index class_session_by_end on class_session (ends_at, id) where cancelled is null;
create index class_mark_of_user on class_mark (user_id, session_id);
"""

DOWN = """
drop index class_session_by_end;
drop table class_mark;
drop table class_register;
drop table attendance_policy;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
