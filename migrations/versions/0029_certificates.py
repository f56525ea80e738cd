"""What a course asks for its certificate, the certificates, and reports that staff are sent."""

from vtp.db.scripts import run

revision = "0029"
down_revision = "0028"

UP = """
-- No row: the course gives none.
create table certificate_rule (
    course_id uuid primary key references course on delete cascade,
    attendance double precision not null check (attendance between 0 and 1),
    completion double precision not null check (completion between 0 and 1),
    by_id uuid references app_user on delete set null,
    changed_at timestamptz not null,
    check (attendance > 0 or completion > 0)
);

create table certificate (
    id uuid primary key,
    serial text not null unique check (serial ~ '^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$'),
    -- A certificate is somebody's, also when the course is gone.
    course_id uuid references course on delete set null,
    user_id uuid not null references app_user,
    -- What was so when it was given.
    evidence jsonb not null,
    issued_at timestamptz not null,
    revoked_at timestamptz,
    revoked_by uuid references app_user on delete set null,
    revoked_why text check (length(revoked_why) between 1 and 500),
    check ((revoked_at is null) = (revoked_why is null))
);
create unique index certificate_of_course on certificate (course_id, user_id);
create index certificate_of_user on certificate (user_id, issued_at);

create table attendance_report (
    course_id uuid not null references course on delete cascade,
    user_id uuid not null references app_user on delete cascade,
    every text not null check (every in ('week', 'month')),
    next_at timestamptz not null,
    primary key (course_id, user_id)
);
create index attendance_report_due on attendance_report (next_at);
create index attendance_report_of_user on attendance_report (user_id);
"""

DOWN = """
drop table attendance_report;
drop table certificate;
drop table certificate_rule;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
