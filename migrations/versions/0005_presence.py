"""Presence: when each participant of a meeting was there, in which way."""

from vtp.db.scripts import run

revision = "0005"
down_revision = "0004"

UP = """
create table presence_span (
    id uuid primary key,
    meeting_id uuid not null references meeting on delete cascade,
    participant_id uuid not null references participant on delete cascade,
    user_id uuid not null references app_user,
    kind text not null check (
        kind in ('socket', 'media', 'microphone', 'camera', 'screen', 'speaking', 'hand')
    ),
    started_at timestamptz not null,
    -- Null while it goes on.
    ended_at timestamptz,
    -- When it was last written that it goes on; after a crash it ended then.
    seen_at timestamptz not null,
    check (ended_at >= started_at),
    check (seen_at >= started_at),
    constraint presence_span_without_overlap exclude using gist (
        participant_id with =, kind with =, tstzrange(started_at, ended_at) with &&
    )
);
create index presence_span_of_meeting on presence_span (meeting_id, kind, user_id);
create index presence_span_open on presence_span (id) where ended_at is null;
"""

DOWN = """
drop table presence_span;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
