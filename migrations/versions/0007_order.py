"""Order in classes: waiting people, guests, locks, who was kept out."""

from vtp.db.scripts import run

revision = "0007"
down_revision = "0006"

UP = """
alter table room
    -- Who is not staff waits until staff let them in.
    add column waiting_room boolean not null default false,
    -- What members may do when a class begins, beside what they may send.
    add column member_chat boolean not null default true,
    add column member_private_chat boolean not null default true,
    -- The secret part of the link for guests; null: there is none. It opens this room and nothing
    -- else, and its hosts read it again whenever they share it, so it is kept as it is.
    add column guest_token text unique check (length(guest_token) >= 16);

alter table meeting
    -- As changed during this meeting; null: as the room says.
    add column member_sources text[]
        check (member_sources <@ array['microphone', 'camera', 'screen', 'screen_audio']),
    add column entry_locked boolean not null default false,
    add column chat_locked boolean not null default false,
    add column private_chat_locked boolean not null default false;

-- Somebody without an account, in one room.
create table guest (
    id uuid primary key,
    room_id uuid not null references room on delete cascade,
    name text not null check (length(name) between 1 and 100),
    -- SHA-256 of what their browser shows to be them.
    pass_hash bytea not null unique check (length(pass_hash) = 32),
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at)
);
create index guest_of_room on guest (room_id, id);

-- A person is an account or a guest.
alter table participant
    alter column user_id drop not null,
    add column guest_id uuid references guest,
    add check (num_nonnulls(user_id, guest_id) = 1);
create index participant_of_guest on participant (guest_id) where guest_id is not null;

alter table presence_span
    alter column user_id drop not null,
    add column guest_id uuid references guest,
    add check (num_nonnulls(user_id, guest_id) = 1);

-- How each person stands in one meeting, whatever they bring: written before they are told.
create table meeting_person (
    meeting_id uuid not null references meeting on delete cascade,
    person_id uuid not null,
    user_id uuid references app_user,
    guest_id uuid references guest,
    name text not null,
    waiting_since timestamptz,
    admitted boolean not null,
    kept_out_at timestamptz,
    cohost boolean not null,
    hand_at timestamptz,
    primary key (meeting_id, person_id),
    check (num_nonnulls(user_id, guest_id) = 1),
    check (person_id = coalesce(user_id, guest_id))
);
-- Who was removed before this stays out.
insert into meeting_person
       (meeting_id, person_id, user_id, name, admitted, kept_out_at, cohost)
select meeting_id, user_id, user_id, min(name), max(removed_at) is null, max(removed_at), false
  from participant group by meeting_id, user_id;
"""

DOWN = """
drop table meeting_person;
delete from presence_span where guest_id is not null;
alter table presence_span drop column guest_id, alter column user_id set not null;
delete from participant where guest_id is not null;
alter table participant drop column guest_id, alter column user_id set not null;
drop table guest;
alter table meeting
    drop column member_sources, drop column entry_locked,
    drop column chat_locked, drop column private_chat_locked;
alter table room
    drop column waiting_room, drop column member_chat,
    drop column member_private_chat, drop column guest_token;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
