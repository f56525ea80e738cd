"""Rooms, who belongs to them, and the meetings that were held in them."""

from vtp.db.scripts import run

revision = "0004"
down_revision = "0003"

UP = """
create table room (
    id uuid primary key,
    title text not null check (length(title) between 1 and 200),
    owner_id uuid not null references app_user,
    -- 'school': everybody who is signed in and has the link.
    access text not null check (access in ('school', 'members')),
    -- What members may send; hosts may send everything.
    member_sources text[] not null
        check (member_sources <@ array['microphone', 'camera', 'screen', 'screen_audio']),
    created_at timestamptz not null,
    closed_at timestamptz
);
create index room_of_owner on room (owner_id, id desc);

create table room_member (
    room_id uuid not null references room on delete cascade,
    user_id uuid not null references app_user on delete cascade,
    role text not null check (role in ('host', 'member')),
    added_at timestamptz not null,
    primary key (room_id, user_id)
);
create index room_of_member on room_member (user_id, room_id);

create table meeting (
    id uuid primary key,
    room_id uuid not null references room on delete cascade,
    started_at timestamptz not null,
    ended_at timestamptz,
    ended_how text check (ended_how in ('ended', 'empty', 'closed', 'lost')),
    check ((ended_at is null) = (ended_how is null)),
    check (ended_at >= started_at)
);
create unique index meeting_going_on on meeting (room_id) where ended_at is null;
create index meeting_of_room on meeting (room_id, id desc);

-- Stretches in which the server was away: nobody can be blamed for missing them.
create table meeting_outage (
    meeting_id uuid not null references meeting on delete cascade,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    primary key (meeting_id, started_at),
    check (ended_at >= started_at)
);

-- One person with one device in one meeting.
create table participant (
    id uuid primary key,
    meeting_id uuid not null references meeting on delete cascade,
    user_id uuid not null references app_user,
    -- At the time of joining; people change their names.
    name text not null check (length(name) between 1 and 100),
    role text not null check (role in ('host', 'member')),
    joined_at timestamptz not null,
    -- Removed by a host, and not let in again.
    removed_at timestamptz
);
create index participant_of_meeting on participant (meeting_id, id);
create index participant_of_user on participant (user_id, id desc);
"""

DOWN = """
drop table participant;
drop table meeting_outage;
drop table meeting;
drop table room_member;
drop table room;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
