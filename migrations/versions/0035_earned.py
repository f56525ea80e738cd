"""Who was told that they have earned the certificate of a course."""

from vtp.db.scripts import run

revision = "0035"
down_revision = "0034"

UP = """
create table certificate_prospect (
    course_id uuid not null references course on delete cascade,
    user_id uuid not null references app_user on delete cascade,
    -- When it was looked last whether they have reached what the course asks.
    looked_at timestamptz not null,
    -- Once, for good; null: not yet.
    told_at timestamptz,
    primary key (course_id, user_id)
);
create index certificate_prospect_of_user on certificate_prospect (user_id);
"""

DOWN = """
drop table certificate_prospect;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
