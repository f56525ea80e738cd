"""Where people went back on recordings or slowed down, counted together and not by person."""

from vtp.db.scripts import run

revision = "0033"
down_revision = "0032"

UP = """
create table watch_stir (
    recording_id uuid not null references recording on delete cascade,
    -- Ten seconds of the recording each, counted from its begin.
    bucket int not null check (bucket >= 0),
    backs int not null check (backs >= 0),
    slows int not null check (slows >= 0),
    -- Milliseconds that somebody had seen before.
    again_ms bigint not null check (again_ms >= 0),
    primary key (recording_id, bucket)
);

-- Which reports of a page were counted: what is told twice is counted once, in whatever order.
alter table watch_visit add column told int4multirange not null default '{}';
"""

DOWN = """
alter table watch_visit drop column told;
drop table watch_stir;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
