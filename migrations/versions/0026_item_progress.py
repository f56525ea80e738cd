"""What people opened and finished of the outlines of their courses."""

from vtp.db.scripts import run

revision = "0026"
down_revision = "0025"

UP = """
create table item_progress (
    user_id uuid not null references app_user,
    item_id uuid not null,
    course_id uuid not null,
    opened_at timestamptz not null,
    -- When it counted as done; how much of a recording was seen is told elsewhere.
    done_at timestamptz,
    primary key (user_id, item_id),
    foreign key (item_id, course_id) references outline_node (id, course_id) on delete cascade
);
create index item_progress_of_course on item_progress (course_id, user_id);
create index item_progress_of_item on item_progress (item_id);
"""

DOWN = """
drop table item_progress;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
