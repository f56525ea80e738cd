"""Conversation in classes: messages and their images, polls, reactions counted, "lost me"."""

from vtp.db.scripts import run

revision = "0006"
down_revision = "0005"

UP = """
create table chat_image (
    id uuid primary key,
    meeting_id uuid not null references meeting on delete cascade,
    owner_id uuid not null,
    made_at timestamptz not null,
    -- Pixels of the large one.
    width int not null check (width between 1 and 16384),
    height int not null check (height between 1 and 16384)
);
create index chat_image_of_meeting on chat_image (meeting_id);
create index chat_image_by_age on chat_image (made_at);

create table chat_message (
    -- Grows within a meeting: the order in which everybody sees them.
    id uuid primary key,
    meeting_id uuid not null references meeting on delete cascade,
    author_id uuid not null,
    -- At the time of sending; people change their names.
    author_name text not null check (length(author_name) between 1 and 100),
    author_role text not null,
    -- Private: for these two alone.
    to_id uuid,
    to_name text,
    reply_to uuid references chat_message on delete set null,
    text text not null check (length(text) <= 2000),
    image_id uuid unique references chat_image on delete set null,
    sent_at timestamptz not null,
    -- Made by the client, so that sending again says it once.
    key uuid not null,
    deleted_at timestamptz,
    deleted_by text check (deleted_by in ('author', 'staff')),
    unique (meeting_id, author_id, key),
    check ((to_id is null) = (to_name is null)),
    check ((deleted_at is null) = (deleted_by is null)),
    check (deleted_at is null or (text = '' and image_id is null))
);
create index chat_message_of_meeting on chat_message (meeting_id, id desc);
create index chat_message_answered on chat_message (reply_to) where reply_to is not null;

create table poll (
    id uuid primary key,
    meeting_id uuid not null references meeting on delete cascade,
    kind text not null check (kind in ('single', 'multiple', 'text')),
    question text not null check (length(question) between 1 and 300),
    options text[] not null,
    anonymous boolean not null,
    live boolean not null,
    created_by uuid not null,
    created_at timestamptz not null,
    opened_at timestamptz,
    closed_at timestamptz,
    shared_at timestamptz,
    -- Makes voters of people while an anonymous poll is open, so that nobody answers twice.
    secret bytea,
    check (closed_at is null or opened_at is not null),
    check (shared_at is null or opened_at is not null),
    check (secret is null or (anonymous and opened_at is not null and closed_at is null))
);
create index poll_of_meeting on poll (meeting_id, id);

-- Of an anonymous poll: no person, no time; `voter` is a keyed hash, and gone once it is closed.
create table poll_answer (
    poll_id uuid not null references poll on delete cascade,
    voter bytea,
    user_id uuid,
    name text,
    choices smallint[] not null,
    text text not null check (length(text) <= 500),
    answered_at timestamptz,
    unique (poll_id, voter)
);

create table reaction_count (
    meeting_id uuid not null references meeting on delete cascade,
    minute timestamptz not null,
    reaction text not null,
    count int not null check (count > 0),
    primary key (meeting_id, minute, reaction)
);

-- That somebody could not follow, and when; not who.
create table lost_moment (
    id uuid primary key,
    meeting_id uuid not null references meeting on delete cascade,
    at timestamptz not null
);
create index lost_moment_of_meeting on lost_moment (meeting_id, at);
"""

DOWN = """
drop table lost_moment;
drop table reaction_count;
drop table poll_answer;
drop table poll;
drop table chat_message;
drop table chat_image;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
