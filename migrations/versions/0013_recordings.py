"""Recordings of meetings: what was recorded when, who may see it, and where it was paused."""

from vtp.db.scripts import run

revision = "0013"
down_revision = "0012"

UP = """
create table recording (
    id uuid primary key,
    room_id uuid not null references room on delete cascade,
    meeting_id uuid not null references meeting on delete cascade,
    title text not null check (char_length(title) between 1 and 200),
    state text not null check (state in ('recording', 'paused', 'processing', 'ready', 'failed')),
    -- Why it ended earlier than anybody wanted, or is not there: disk_full, overloaded, broken.
    reason text not null default '' check (char_length(reason) <= 40),
    visibility text not null default 'room' check (visibility in ('hosts', 'room')),
    started_by uuid references app_user,
    started_at timestamptz not null,
    stopped_at timestamptz,
    -- Seconds of it, without pauses, and bytes on the disk; what was known last while it goes on.
    seconds double precision not null default 0 check (seconds >= 0),
    bytes bigint not null default 0 check (bytes >= 0),
    deleted_at timestamptz,
    check (stopped_at >= started_at)
);
-- A class is recorded once at a time.
create unique index recording_going_on on recording (meeting_id)
 where state in ('recording', 'paused');
create index recording_of_room on recording (room_id, id);
create index recording_unfinished on recording (id)
 where state in ('recording', 'paused', 'processing');
create index recording_by_deletion on recording (deleted_at) where deleted_at is not null;

create table recording_pause (
    recording_id uuid not null references recording on delete cascade,
    since timestamptz not null,
    until timestamptz,
    primary key (recording_id, since),
    check (until >= since)
);
"""

DOWN = """
drop table recording_pause;
drop table recording;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
