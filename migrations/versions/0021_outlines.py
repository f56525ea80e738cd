"""Outlines of courses: their nodes, what was done to them, and what students read."""

from vtp.db.scripts import run

revision = "0021"
down_revision = "0020"

UP = """
alter table media add constraint media_of_a_course
    foreign key (course_id) references course on delete set null;

create table outline (
    course_id uuid primary key references course on delete cascade,
    -- Counts what was done to it. Whoever changes it locks this row.
    rev bigint not null default 0,
    -- What students read; null until something was published.
    published_rev bigint
);

create table outline_node (
    id uuid primary key,
    course_id uuid not null references course on delete cascade,
    -- The chapter that it stands in; a chapter stands in none.
    parent_id uuid,
    kind text not null check (kind in ('chapter', 'class', 'recording', 'media', 'page', 'link')),
    title text not null check (char_length(title) between 1 and 200),
    -- Of a page, in Markdown.
    body text not null default '' check (char_length(body) <= 100000),
    link text not null default '' check (char_length(link) <= 2000),
    optional boolean not null default false,
    media_id uuid references media,
    class_id uuid references class_session on delete set null,
    recording_id uuid references recording on delete set null,
    rank text collate "C" not null check (rank <> ''),
    -- By field: with which revision, and in which window of a browser, it was changed last.
    touched jsonb not null default '{}',
    deleted boolean not null default false,
    check ((kind = 'chapter') = (parent_id is null)),
    unique (id, course_id),
    foreign key (parent_id, course_id) references outline_node (id, course_id)
);
create index outline_node_in_order on outline_node (course_id, parent_id, rank);
create index outline_node_of_media on outline_node (media_id) where media_id is not null;

create table outline_op (
    course_id uuid not null references course on delete cascade,
    rev bigint not null,
    -- Made by whoever sent it, so that it can be sent twice.
    op_id uuid not null,
    actor_id uuid references app_user,
    client text not null check (char_length(client) <= 64),
    how text not null check (how in ('do', 'undo', 'redo')),
    steps jsonb not null,
    inverse jsonb not null,
    -- Whether it still stands, so that undo finds the last that does.
    undone boolean not null default false,
    at timestamptz not null,
    primary key (course_id, rev),
    unique (course_id, op_id)
);
create index outline_op_to_undo on outline_op (course_id, actor_id, rev desc) where not undone;

create table outline_publication (
    course_id uuid not null references course on delete cascade,
    rev bigint not null,
    chapters jsonb not null,
    by_id uuid references app_user,
    at timestamptz not null,
    primary key (course_id, rev)
);
-- Which items a publication shows, for the question who may see them.
create table published_media (
    course_id uuid not null references course on delete cascade,
    media_id uuid not null references media,
    primary key (media_id, course_id)
);
"""

DOWN = """
drop table published_media;
drop table outline_publication;
drop table outline_op;
drop table outline_node;
drop table outline;
alter table media drop constraint media_of_a_course;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
