"""What each person has seen of each recording and when they had it open; chapters."""

from vtp.db.scripts import run

revision = "0018"
down_revision = "0017"

UP = """
create table watched (
    user_id uuid not null references app_user,
    recording_id uuid not null references recording on delete cascade,
    -- Milliseconds on the recording, each counted once however often it was played.
    seen int4multirange not null default '{}' check (seen <@ int4range(0, null)),
    -- Where they stopped, as of when.
    position_ms int not null default 0 check (position_ms >= 0),
    position_at timestamptz not null,
    -- How long they had it open before the visits that are still known.
    open_ms bigint not null default 0 check (open_ms >= 0),
    watched_at timestamptz not null,
    completed_at timestamptz,
    primary key (user_id, recording_id)
);
create index watched_of_recording on watched (recording_id);
create index watched_lately on watched (user_id, watched_at desc, recording_id desc);

-- A page that is open: nothing can have been seen faster than its time allows.
create table watch_visit (
    user_id uuid not null,
    recording_id uuid not null,
    -- Made by the client.
    id uuid not null,
    began_at timestamptz not null,
    heard_at timestamptz not null,
    primary key (user_id, recording_id, id),
    foreign key (user_id, recording_id) references watched on delete cascade,
    check (heard_at >= began_at)
);

create table recording_chapter (
    recording_id uuid not null references recording on delete cascade,
    at_ms int not null check (at_ms >= 0),
    title text not null check (char_length(title) between 1 and 100),
    primary key (recording_id, at_ms)
);
"""

DOWN = """
drop table recording_chapter;
drop table watch_visit;
drop table watched;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
